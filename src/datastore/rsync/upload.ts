// Sends a virtual directory with rsync: into a directory of another name first, which gets its own when all is there and on disk.
import { randomBytes } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { start } from '../../exec/exec.ts';
import { CODE, OneError } from '../../model/errors.ts';
import type { Snapshot, SnapshotRequest } from '../backup-store.ts';
import { callAgain, endOf, runThere } from './command.ts';
import type { RsyncConfig } from './config.ts';
import { failure } from './failure.ts';
import { directoryOf, findSources, isFileName, manifestName, MARKER, placesIn, type Place } from './layout.ts';
import { readStats, type Stats } from './output.ts';
import { rsyncTarget, sshCommand } from './ssh.ts';

const SOURCE_BYTES = 3;
const NAMES_TO_TRY = 8;
/** After those of the datastore, so that these hold: every file is read once, and what is stored is its owner's alone. */
const FIXED = [
  ...['--recursive', '--whole-file', '--chmod=D700,F600', '--protect-args'],
  ...['--stats', '--no-human-readable', '--'],
];
const LOW_PRIORITY = ['nice', '-n', '19', 'ionice', '-c', '3'];

interface StoredFile {
  name: string;
  bytes: number;
  sha256: string;
}

export async function sendBackup(config: RsyncConfig, request: SnapshotRequest): Promise<Snapshot> {
  const what = `store the backup of VM ${request.vmId}`;
  const names = await namesIn(request.directory);
  const part = await reserve(config, what, request);
  const stats = await transfer(config, what, request, part);
  await seal(config, what, request, part, await describe(config, what, request, part, names));
  return { source: part.source, ...stats };
}

async function namesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const strange = entries.find((entry) => !entry.isFile() || !isFileName(entry.name));
  if (strange === undefined) return entries.map(({ name }) => name).sort();
  throw new OneError(CODE.INTERNAL, `"${strange.name}" in ${directory} is no file that an rsync datastore can keep.`);
}

/** Makes the directory of the part; no other backup of the datastore has its source. */
async function reserve(config: RsyncConfig, what: string, request: SnapshotRequest): Promise<Place> {
  const { vmId, operationId, signal } = request;
  for (let tried = 0; tried < NAMES_TO_TRY; tried++) {
    const source = randomBytes(SOURCE_BYTES).toString('hex');
    const part = { vmId, source, part: operationId };
    const directory = directoryOf(config.path, part);
    const commands = [
      ['ls', '--', `${config.path}/${MARKER}`], // what is not there is not to be made
      ['mkdir', '-p', '--', `${config.path}/${vmId}`],
      ['mkdir', '-p', '-m', '700', '--', directory],
      findSources(config.path, [source]), // after it was made: of two at once both see both
    ];
    const found = placesIn(config.path, await runThere(config, { what, commands, signal }));
    if (found.length === 1) return part;
    await runThere(config, { what, commands: [['rmdir', '--', directory]], signal });
  }
  throw new OneError(CODE.ACTION, `Could not ${what}: no name is free in the rsync datastore ${config.path}.`);
}

async function transfer(config: RsyncConfig, what: string, request: SnapshotRequest, part: Place): Promise<Stats> {
  const argv = rsyncArgv(config, request, directoryOf(config.path, part));
  const stdout = await callAgain(request.signal, () => rsync(config, what, argv, request.signal));
  const stats = readStats(stdout);
  if (stats) return stats;
  throw failure(what, config, { code: 0, stderr: 'rsync ended without saying what it sent' });
}

function rsyncArgv(config: RsyncConfig, { directory, background }: SnapshotRequest, target: string): string[] {
  const { ssh, args, prefix } = config;
  const reach = ssh === null ? [] : ['-e', sshCommand(ssh).join(' ')];
  const to = ssh === null ? `${target}/` : rsyncTarget(ssh, `${target}/`);
  const priority = background === true ? LOW_PRIORITY : prefix;
  return [...priority, 'rsync', ...args, ...reach, ...FIXED, `${directory}/`, to];
}

/** It is killed when it is stopped: it may wait for a disk that gives nothing any more, and what it leaves is removed anyway. */
async function rsync(config: RsyncConfig, what: string, argv: string[], signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const running = start(argv, { dieWithParent: true, ownGroup: true });
  const stop = (): void => running.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  let stdout = '';
  running.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const exit = await running.exit.catch(endOf).finally(() => signal.removeEventListener('abort', stop));
  if (signal.aborted) throw failure(what, config, { code: -1, stderr: '' });
  if (exit.code !== 0) throw failure(what, config, exit);
  return stdout;
}

/** The hash of a file comes from who made it, or from what was stored. */
async function describe(
  config: RsyncConfig,
  what: string,
  { directory, signal }: SnapshotRequest,
  part: Place,
  names: string[],
): Promise<StoredFile[]> {
  const stored = directoryOf(config.path, part);
  const commands = [['sha256sum', '--', ...names.map((name) => `${stored}/${name}`)]];
  const sums = await runThere(config, { what, commands, signal });
  const sumOf = new Map([...sums.matchAll(/^([0-9a-f]{64}) [ *].*\/([^/\n]+)$/gm)].map(([, sum, name]) => [name, sum]));
  return Promise.all(
    names.map(async (name) => {
      const sha256 = sumOf.get(name);
      if (sha256 === undefined)
        throw failure(what, config, { code: 1, stderr: `sha256sum did not tell that of ${name}` });
      return { name, bytes: (await lstat(`${directory}/${name}`)).size, sha256 };
    }),
  );
}

/** Writes the manifest, waits until all is on disk, and gives the directory its name. */
async function seal(
  config: RsyncConfig,
  what: string,
  { vmId, operationId, signal }: SnapshotRequest,
  part: Place,
  files: StoredFile[],
): Promise<void> {
  const stored = directoryOf(config.path, part);
  const manifest = `${stored}/${manifestName(operationId)}`;
  const commands = [
    ['dd', `of=${manifest}`, 'conv=fsync', 'status=none'],
    ['sync', '--', ...files.map(({ name }) => `${stored}/${name}`), stored],
    ['mv', '-T', '--', stored, directoryOf(config.path, { ...part, part: undefined })],
    ['sync', '--', `${config.path}/${vmId}`, config.path],
  ];
  const input = `${JSON.stringify({ vmId, operationId, files }, null, 2)}\n`;
  await runThere(config, { what, commands, input, signal });
}
