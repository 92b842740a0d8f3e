// The key that secrets are encrypted with, and whether it is the one that the database was begun with: several control nodes on one database
// must have the same.
import { unsealAttributes } from './access/sealed-attributes.ts';
import { isSealed, seal, unseal } from './access/secret-box.ts';
import type { Config } from './config.ts';
import type { Datastore } from './model/datastore.ts';
import { CODE, OneError } from './model/errors.ts';
import { openKey } from './store/key-file.ts';
import type { Store } from './store/store.ts';

/** Setting with a known text, encrypted. */
const CHECK = 'secrets-key-check';
const KNOWN = 'OneVault';

export async function secretsKey(config: Config, store: Store): Promise<Uint8Array> {
  const path = `${config.stateDirectory}/.one/onevault_key`;
  const sealed = (await store.datastores.list({ ascending: true })).filter(hasSecret);
  const check = await store.settings.read<string>(CHECK);
  const [first] = sealed;
  const needed = first ? secretOf(first) : check === undefined ? undefined : 'what other control nodes encrypt';
  const key = await openKey(path, needed);
  if (config.postgres && config.shared) await requireSame(store, key, path, first);
  return key;
}

/** Two nodes that begin a database at once do not both begin it. */
async function requireSame(store: Store, key: Uint8Array, path: string, sealed: Datastore | undefined): Promise<void> {
  try {
    await store.transaction(async (tx) => {
      const check = await tx.settings.read<string>(CHECK);
      if (check !== undefined) unseal(key, check);
      else {
        if (sealed) unsealAttributes(key, sealed.template, `datastore [${sealed.id}]`);
        await tx.settings.write(CHECK, seal(key, KNOWN));
      }
    });
  } catch (cause) {
    if (!(cause instanceof OneError) || cause.retry) throw cause;
    throw new OneError(CODE.INTERNAL, `The key ${path} is not the one that the database was begun with.`, {
      cause,
      hint: 'All control nodes on one database have the same: copy it from one that has it.',
    });
  }
}

function hasSecret(datastore: Datastore): boolean {
  return secretNames(datastore).length > 0;
}

function secretOf(datastore: Datastore): string {
  return `${secretNames(datastore)[0]} of datastore [${datastore.id}]`;
}

function secretNames({ template }: Datastore): string[] {
  return template.flatMap(([name, value]) => (typeof value === 'string' && isSealed(value) ? [name] : []));
}
