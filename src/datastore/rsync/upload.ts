// Sends a virtual directory with rsync: into a directory of another name first, which gets its own when all is there and on disk.
import { randomBytes } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { start } from '../../exec/exec.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { attemptOf, type Snapshot, type SnapshotRequest } from '../backup-store.ts';
import { callAgain, leaseOf, outputOf, runThere, type Site } from './command.ts';
import { failure } from './failure.ts';
import { directoryOf, findSources, isFileName, manifestName, MARKER, placesIn, type Place } from './layout.ts';
import { manifestText, type StoredFile } from './manifest.ts';
import { readStats, type Stats } from './output.ts';
import { rsyncTarget, sshCommand } from '../../exec/ssh.ts';

const SOURCE_BYTES = 3;
const NAMES_TO_TRY = 8;
/** After those of the datastore, so that these hold: every file is read once, and what is stored is its owner's alone. */
const FIXED = [
  ...['--recursive', '--whole-file', '--chmod=D700,F600', '--protect-args'],
  ...['--stats', '--no-human-readable', '--'],
];
const LOW_PRIORITY = ['nice', '-n', '19', 'ionice', '-c', '3'];

export async function sendBackup(site: Site, request: SnapshotRequest): Promise<Snapshot> {
  const what = attemptOf(request);
  const names = await namesIn(request.directory);
  const part = await reserve(site, what, request);
  const stats = await transfer(site, what, request, part);
  await seal(site, what, request, part, await describe(site, what, request, part, names));
  return { source: part.source, ...stats };
}

async function namesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const strange = entries.find((entry) => !entry.isFile() || !isFileName(entry.name));
  if (strange === undefined) return entries.map(({ name }) => name).sort();
  throw new OneError(CODE.INTERNAL, `"${strange.name}" in ${directory} is no file that an rsync datastore can keep.`);
}

/** Makes the directory of the part; no other backup of the datastore has its source. */
async function reserve(site: Site, what: string, request: SnapshotRequest): Promise<Place> {
  const { vmId, operationId, signal } = request;
  for (let tried = 0; tried < NAMES_TO_TRY; tried++) {
    const source = randomBytes(SOURCE_BYTES).toString('hex');
    const part = { vmId, source, part: operationId };
    const directory = directoryOf(site.path, part);
    const commands = [
      ['ls', '--', `${site.path}/${MARKER}`], // what is not there is not to be made
      ['mkdir', '-p', '--', `${site.path}/${vmId}`],
      ['mkdir', '-p', '-m', '700', '--', directory],
      findSources(site.path, [source]), // after it was made: of two at once both see both
    ];
    const found = placesIn(site.path, await runThere(site, { what, commands, signal }));
    if (found.length === 1) return part;
    await runThere(site, { what, commands: [['rmdir', '--', directory]], signal });
  }
  throw new OneError(CODE.ACTION, `Could not ${what}: no name is free in the rsync datastore ${site.path}.`);
}

async function transfer(site: Site, what: string, request: SnapshotRequest, part: Place): Promise<Stats> {
  const target = directoryOf(site.path, part);
  const stats = readStats(await callAgain(request.signal, () => rsync(site, what, request, target)));
  if (stats) return stats;
  throw failure(what, site, { code: 0, stderr: 'rsync ended without saying what it sent' });
}

/**
 * Stopped, the rsync here is killed, as it may wait for a disk that gives nothing any more. The ssh that it has started is not: it ends when
 * the other end has ended, which does that as soon as nothing comes any more.
 */
async function rsync(site: Site, what: string, request: SnapshotRequest, target: string): Promise<string> {
  const { signal } = request;
  const lease = await leaseOf(site, what, signal);
  try {
    const argv = rsyncArgv(site, request, target, lease.socket);
    const running = start(argv, { dieWithParent: true, ownGroup: true });
    return await outputOf(site, running, { what, signal, ask: () => running.kill('SIGKILL', true) });
  } finally {
    lease.release();
  }
}

function rsyncArgv(
  { ssh, args, prefix }: Site,
  { directory, background }: SnapshotRequest,
  target: string,
  socket?: string,
): string[] {
  const reach = ssh === null ? [] : ['-e', sshCommand(ssh, socket).join(' ')];
  const to = ssh === null ? `${target}/` : rsyncTarget(ssh, `${target}/`);
  const priority = background === true ? LOW_PRIORITY : prefix;
  return [...priority, 'rsync', ...args, ...reach, ...FIXED, `${directory}/`, to];
}

/** What was stored, as it is read back over there. */
async function describe(
  site: Site,
  what: string,
  { directory, signal }: SnapshotRequest,
  part: Place,
  names: string[],
): Promise<StoredFile[]> {
  const stored = directoryOf(site.path, part);
  const commands = [['sha256sum', '--', ...names.map((name) => `${stored}/${name}`)]];
  const sums = await runThere(site, { what, commands, signal });
  const sumOf = new Map([...sums.matchAll(/^([0-9a-f]{64}) [ *].*\/([^/\n]+)$/gm)].map(([, sum, name]) => [name, sum]));
  return Promise.all(
    names.map(async (name) => {
      const sha256 = sumOf.get(name);
      if (sha256 === undefined)
        throw failure(what, site, { code: 1, stderr: `sha256sum did not tell that of ${name}` });
      return { name, bytes: (await lstat(`${directory}/${name}`)).size, sha256 };
    }),
  );
}

/** Writes the manifest, waits until all is on disk, and gives the directory its name. */
async function seal(
  site: Site,
  what: string,
  { vmId, operationId, signal }: SnapshotRequest,
  part: Place,
  files: StoredFile[],
): Promise<void> {
  const stored = directoryOf(site.path, part);
  const manifest = `${stored}/${manifestName(operationId)}`;
  const input = manifestText({ vmId, operationId, files });
  await runThere(site, { what, commands: [['dd', `of=${manifest}`, 'conv=fsync', 'status=none']], input, signal });
  const commands = [
    ['sync', '--', ...files.map(({ name }) => `${stored}/${name}`), stored],
    ['mv', '-T', '--', stored, directoryOf(site.path, { ...part, part: undefined })],
    ['sync', '--', `${site.path}/${vmId}`, site.path],
  ];
  await runThere(site, { what, commands, signal });
}
