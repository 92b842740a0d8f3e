// Carries out a plan: looks into each repository, says what becomes what, and records it if that is wanted. A repository that cannot be
// opened is told and does not keep the others from being taken.
import { mkdir } from 'node:fs/promises';
import { sealAttributes } from '../access/sealed-attributes.ts';
import type { Config } from '../config.ts';
import { openBackupStore, validateBackupStore } from '../datastore/all.ts';
import { OneError, reasonOf } from '../model/errors.ts';
import type { BackupStoreConfig } from '../model/backup-store-config.ts';
import { secretsKey } from '../secrets-key.ts';
import { openStore } from '../store/open.ts';
import { holdPostgres } from '../store/postgres.ts';
import { lockState } from '../store/state-lock.ts';
import type { Store } from '../store/store.ts';
import type { Plan, PlannedDatastore } from './plan.ts';
import { recordDatastore, recordImage, type Owners } from './record.ts';
import { datastoreLines, refusedLines } from './report.ts';
import { readRepository, type FoundImage } from './repository.ts';

export interface ImportRequest {
  plan: Plan;
  config: Config;
  owners: Owners;
  /** False shows the plan alone. */
  record: boolean;
  say: (line: string) => void;
}

/** Returns how much was refused or could not be read. */
export async function runImport(request: ImportRequest, signal: AbortSignal): Promise<number> {
  const { plan, config, record, say } = request;
  let refused = plan.refused.length;
  const found: Array<{ planned: PlannedDatastore; images: FoundImage[] }> = [];
  for (const planned of plan.datastores) {
    signal.throwIfAborted();
    const images = await look(planned, say, signal);
    if (images === undefined) refused++;
    else found.push({ planned, images });
    refused += images?.filter(({ points }) => points.length === 0).length ?? 0;
  }
  for (const line of refusedLines(plan)) say(line);
  if (!record) {
    say('Nothing was recorded: this is the plan. Stop the daemon and add --import to carry it out.');
    return refused;
  }
  await withStore(config, async (store, key) => {
    for (const { planned, images } of found) await recordAll(request, store, key, planned, images);
  });
  return refused;
}

async function look(
  planned: PlannedDatastore,
  say: ImportRequest['say'],
  signal: AbortSignal,
): Promise<FoundImage[] | undefined> {
  try {
    const store = storeConfigOf(planned);
    validateBackupStore(store);
    const images = await readRepository(openBackupStore(store), planned, signal);
    for (const line of datastoreLines(planned, images)) say(line);
    return images;
  } catch (error) {
    signal.throwIfAborted();
    for (const line of datastoreLines(planned, [])) say(line);
    const hint = error instanceof OneError && error.hint !== '' ? ` ${error.hint}` : '';
    say(`  refused, with ${planned.images.length} images: ${reasonOf(error)}${hint}`);
    return undefined;
  }
}

/** It must be there: a repository of OpenNebula is never made, and nothing is written into it. */
function storeConfigOf({ dsMad, attributes }: PlannedDatastore): BackupStoreConfig {
  const plain = attributes.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return {
    ...{ driver: dsMad, datastoreId: 0, basePath: '/nonexistent', attributes: Object.fromEntries(plain) },
    inUse: true,
  };
}

async function withStore(config: Config, work: (store: Store, key: Uint8Array) => Promise<void>): Promise<void> {
  const unlock = lockState(config.stateDirectory);
  const giveBack = config.postgres ? await holdPostgres(config.postgres) : undefined;
  try {
    const store = await openStore(config);
    try {
      await work(store, await secretsKey(config, store));
    } finally {
      await store.close();
    }
  } finally {
    await giveBack?.();
    unlock();
  }
}

async function recordAll(
  { config, owners, say }: ImportRequest,
  store: Store,
  key: Uint8Array,
  planned: PlannedDatastore,
  images: readonly FoundImage[],
): Promise<void> {
  const readable = images.filter(({ points }) => points.length > 0);
  if (readable.length === 0) return;
  const location = config.datastoreLocation;
  const sealed = (attributes: PlannedDatastore['attributes']) => sealAttributes(key, attributes);
  const { datastore, made } = await recordDatastore(store, planned, { location, sealed });
  await mkdir(`${location}/${datastore.id}`, { recursive: true, mode: 0o755 });
  say(`Datastore ${datastore.id} (${datastore.name}) ${made ? 'was made' : 'is there already'}.`);
  for (const one of readable) {
    const { id, how, note } = await recordImage(store, datastore, one, owners);
    const what = how === 'same' ? 'is as it was' : `was ${how}: ${one.points.length} points`;
    say(`Image ${id}, ${one.planned.origin}, ${what}${note === '' ? '' : `; ${note}`}.`);
  }
}
