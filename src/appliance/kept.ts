// Where the machine that reads files out of backups is kept, and what it is called: after its recipe, so that none is taken for that of another.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { CODE, OneError } from '../model/errors.ts';

export const GUEST = join(import.meta.dirname, 'guest');
const SUFFIX = extname(import.meta.filename);
/** Beside the code: a clone builds it there, a package brings it. The same for every daemon of this installation. */
const BESIDE = join(import.meta.dirname, '../../var/appliance');
/** Where it is built. What an installed package has is not written to. */
export const BUILT = SUFFIX === '.ts' ? BESIDE : '/var/cache/onevault/appliance';

export interface Appliance {
  kernel: string;
  initrd: string;
}

/** The one that was built here, or else the one that was brought. Throws OneError, with the command that builds it, when there is none. */
export async function findAppliance(): Promise<Appliance> {
  for (const directory of [BUILT, BESIDE]) {
    const found = await applianceIn(directory);
    if (await exists(found.initrd)) return found;
  }
  throw new OneError(CODE.ACTION, 'The machine that reads files out of backups is not there: it was not built yet.', {
    hint: 'Run onevault appliance build as root, on the machine of the daemon: it downloads about 30 MB of Debian packages.',
  });
}

/** What it is called in that directory. Another recipe makes another machine. */
export async function applianceIn(directory: string): Promise<Appliance> {
  const recipe = createHash('sha256');
  const files = (await readdir(GUEST)).sort().map((name) => join(GUEST, name));
  for (const file of [join(import.meta.dirname, `build${SUFFIX}`), ...files]) recipe.update(await readFile(file));
  const name = recipe.digest('hex').slice(0, 8);
  return { kernel: join(directory, `vmlinuz-${name}`), initrd: join(directory, `initrd-${name}.img`) };
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
