// Makes a repository usable: there is one afterwards and the password opens it. A directory that holds parts of a
// repository but no config file is never initialised over.
import { createHash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../exec/exec.ts';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import { runRestic } from './command.ts';
import { resticArgv, type ResticConfig } from './config.ts';
import { failure, ResticError } from './failure.ts';
import { secretFile } from './secret-file.ts';

/** How long another process may take to make the same repository. */
const INIT_WAIT_SEC = '120';

/** `own` says that a directory is the datastore's own, which may be made with its parents. */
export async function prepareRepository(config: ResticConfig, own: boolean, signal: AbortSignal): Promise<void> {
  const { local } = config.transport;
  if (local !== undefined) await makeDirectory(local, own);
  if (await opens(config, signal)) return;
  if (await hasKeys(local)) {
    await underLock(config, ['true'], signal); // somebody may be half-way through making it
    if (await opens(config, signal)) return;
    throw damaged(config.repository);
  }
  await initialise(config, signal);
  if (!(await opens(config, signal))) throw damaged(config.repository);
}

/** For a store that holds backups already: an empty directory in its place, an unmounted disk for example, is no new one. */
export async function requireRepository(config: ResticConfig, signal: AbortSignal): Promise<void> {
  if (await opens(config, signal)) return;
  const { local } = config.transport;
  if (await hasKeys(local)) throw damaged(config.repository);
  const where = local === undefined ? 'Check the path of the datastore' : 'Mount its file system';
  throw new ResticError(
    'missing',
    `Could not find the restic repository in ${config.repository}, which holds backups.`,
    {
      hint: `${where} or put it back there. For new backups without the old ones, create another datastore.`,
      retry: true,
    },
  );
}

/** Whether the password opens the repository; false when there is none. */
async function opens(config: ResticConfig, signal: AbortSignal): Promise<boolean> {
  const args = ['cat', 'config', '--no-lock'];
  try {
    await runRestic({ config, what: 'open the backups', args, signal });
    return true;
  } catch (error) {
    if (error instanceof ResticError && error.trouble === 'missing') return false;
    throw error;
  }
}

/** Two inits at once would leave two keys and one config: the lock lets one through, the other finds it done. */
async function initialise(config: ResticConfig, signal: AbortSignal): Promise<void> {
  const done = await underLock(config, resticArgv(config, ['init'], secretFile), signal);
  if (done.code === 0 || /already (exists|initialized|contains)/.test(done.stderr)) return;
  throw failure('make a repository', config, done);
}

function underLock({ transport: { local }, env, repository }: ResticConfig, argv: string[], signal: AbortSignal) {
  const flock = ['flock', '--no-fork', '--wait', INIT_WAIT_SEC, local ?? lockFileOf(repository), ...argv];
  return run(flock, { env, signal, dieWithParent: true, okCodes: Array.from({ length: 255 }, (_, code) => code + 1) });
}

/** Of a repository that is elsewhere: whoever makes it from this machine takes the same. Made by flock, empty, and there for good. */
function lockFileOf(repository: string): string {
  return join(tmpdir(), `onevault-init-${createHash('sha256').update(repository).digest('hex').slice(0, 16)}.lock`);
}

async function makeDirectory(path: string, own: boolean): Promise<void> {
  try {
    await mkdir(path, { recursive: own, mode: 0o700 });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return;
    throw new ResticError('unreachable', `Could not reach the restic repository ${path}: ${reasonOf(cause)}.`, {
      cause,
      hint:
        code === 'ENOENT'
          ? `Mount its file system, or make the directory: mkdir -p ${path}`
          : 'Check the path in the datastore.',
    });
  }
}

/** Of a directory only: elsewhere restic itself refuses to make a repository over another. */
async function hasKeys(repository: string | undefined): Promise<boolean> {
  if (repository === undefined) return false;
  const keys = await readdir(join(repository, 'keys')).catch(() => []);
  return keys.length > 0;
}

function damaged(repository: string): OneError {
  return new OneError(
    CODE.ACTION,
    `The directory ${repository} holds parts of a restic repository but not its config file, so nothing in it can be read.`,
    { hint: 'Bring the file "config" back from a copy; if no backup was ever kept there, empty the directory.' },
  );
}
