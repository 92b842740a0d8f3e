// The bench of increments and of keeping them: what an increment stores and reads, how its time grows with the disk, and what a rotation
// costs beside the way that downloads, commits and uploads. `npm run bench:incremental [-- ROTATIONS]`.
import { createCipheriv, randomBytes, randomInt } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, readFile, readlink, rm, stat, statfs } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, start } from '../../src/exec/exec.ts';
import type { Operation } from '../../src/model/operation.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { GuestConsole } from '../guest/console.ts';
import { Cloud, RESTIC_PASSWORD } from '../integration/cloud.ts';
import { machine } from './measure.ts';
import { median, table } from './report.ts';

const MIB = 2 ** 20;
const BLOCK = 65_536;
const CHANGED_MIB = 10;
const DATA_MIB = 1024;
const KEEP_LAST = 4;
const SMALL_GIB = 10;
const LARGE_GIB = 100;
const rotations = Number(process.argv[2] ?? 12);
/** Rounds in which the large disk takes its turn, and rotations beside which the other way takes its. */
const TURNS = 5;
const OLD_WAYS = 3;

interface Machine {
  vmId: number;
  guest: GuestConsole;
  gib: number;
}

interface Increment {
  seconds: number;
  storedMib: number;
  readMib: number;
  repositoryMib: number;
}

interface Rotation {
  /** From the end of the backup until nothing is left to do for the chain. */
  seconds: number;
  readMib: number;
  writtenMib: number;
  moverMib: number;
  allMib: number;
  /** Of files on disks that it had open for writing, the repository's left out; and of such files in memory. */
  localMib: number;
  memoryFilesMib: number;
}

const tell = (text: string): void => void process.stdout.write(`${text}\n`);

async function openMachine(cloud: Cloud, data: string, gib: number): Promise<Machine> {
  const path = `${cloud.directory}/data-${gib}.qcow2`;
  await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', data, path]);
  await run(['qemu-img', 'resize', '-f', 'qcow2', path, `${gib}G`]);
  const rootPath = `${cloud.directory}/root-${gib}.qcow2`;
  await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', cloud.guest.rootImage, rootPath]);
  const root = await cloud.image(`root-${gib}`, { path: rootPath, format: 'qcow2', persistent: false });
  const disk = await cloud.image(`data-${gib}`, { path, format: 'qcow2', persistent: true });
  await Promise.all([rm(path), rm(rootPath)]);
  const vmId = await cloud.vm([root, disk], `BACKUP_CONFIG=[ MODE="INCREMENT", KEEP_LAST="${KEEP_LAST}" ]`);
  return { vmId, guest: await cloud.console(vmId), gib };
}

async function writeData(path: string): Promise<void> {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
  const file = await open(path, 'w');
  for (let at = 0; at < DATA_MIB; at++) await file.write(cipher.update(Buffer.alloc(MIB)));
  await file.close();
}

/** Random blocks of the part that holds data, as many as make up what changes. */
async function change({ guest }: Machine): Promise<void> {
  const blocks = new Set<number>();
  while (blocks.size < (CHANGED_MIB * MIB) / BLOCK) blocks.add(randomInt((DATA_MIB * MIB) / BLOCK));
  await guest.run(`scribble /dev/vdb ${BLOCK} ${[...blocks].join(' ')}`, 120_000);
}

async function sizeMib(path: string): Promise<number> {
  return Number((await run(['du', '-s', '--apparent-size', '-B1', path])).stdout.split('\t')[0]) / MIB;
}

async function backUp(cloud: Cloud, of: Machine): Promise<Increment> {
  const before = await sizeMib(cloud.repository);
  const from = performance.now();
  const { figures, reason } = await cloud.backup(of.vmId);
  const seconds = (performance.now() - from) / 1000;
  if (!reason.startsWith('changes since')) tell(`VM ${of.vmId}: a full backup, because: ${reason}`);
  return {
    seconds,
    storedMib: (figures?.storedBytes ?? 0) / MIB,
    readMib: (figures?.readBytes ?? 0) / MIB,
    repositoryMib: (await sizeMib(cloud.repository)) - before,
  };
}

/** Waits until the chain is looked after, and tells what that took. */
async function rotate(cloud: Cloud, of: Machine, since: number): Promise<Rotation> {
  const from = performance.now();
  const watched = watch(cloud.daemonPid, cloud.repository);
  const done = await upkept(cloud, of.vmId, since);
  const seconds = (performance.now() - from) / 1000;
  const taken = watched.stop();
  const sum = (value: (operation: Operation) => number): number => done.reduce((all, one) => all + value(one), 0) / MIB;
  return {
    ...{ seconds, ...taken },
    readMib: sum(({ figures }) => figures?.readBytes ?? 0),
    writtenMib: sum(({ figures }) => figures?.processedBytes ?? 0),
  };
}

/** The merges since then, when none runs any more and no snapshot waits to be removed. */
async function upkept(cloud: Cloud, vmId: number, since: number): Promise<Operation[]> {
  const store = await openSqlite(`${cloud.directory}/one.db`);
  try {
    for (let quiet = 0; quiet < 5; await sleep(50)) {
      const { backups } = await store.vms.get(vmId);
      const image = await store.images.get(backups.config.incrementalBackupId);
      const tooMany = image.points.length > KEEP_LAST || (image.garbage ?? []).length > 0;
      const busy = (await store.operations.running()).some(({ kind }) => kind === 'flatten');
      quiet = tooMany || busy ? 0 : quiet + 1;
    }
    const all = await store.operations.ofVm(vmId, 50);
    return all.filter(({ kind, startedAt }) => kind === 'flatten' && startedAt >= since);
  } finally {
    await store.close();
  }
}

type Taken = Pick<Rotation, 'moverMib' | 'allMib' | 'localMib' | 'memoryFilesMib'>;

/**
 * What the daemon starts takes: peak resident memory of its largest Node process and of all together, and the files it has open for
 * writing. Looked at 25 times a second.
 */
function watch(daemon: number, repository: string): { stop: () => Taken } {
  const peak = { moverMib: 0, allMib: 0 };
  const files = new Map<string, { mib: number; inMemory: boolean }>();
  let over = false;
  const look = async (): Promise<void> => {
    while (!over) {
      const pids = await descendants(daemon);
      for (const pid of pids) await noteWritten(pid, repository, files);
      const rss = await Promise.all(pids.map(rssOf));
      peak.moverMib = Math.max(peak.moverMib, ...rss.filter(({ node }) => node).map(({ mib }) => mib));
      peak.allMib = Math.max(
        peak.allMib,
        rss.reduce((sum, { mib }) => sum + mib, 0),
      );
      await sleep(40);
    }
  };
  look().catch((error: unknown) => tell(`Memory was not watched: ${String(error)}`));
  return {
    stop: () => {
      over = true;
      const sum = (inMemory: boolean): number =>
        [...files.values()].reduce((all, file) => all + (file.inMemory === inMemory ? file.mib : 0), 0);
      return { ...peak, localMib: sum(false), memoryFilesMib: sum(true) };
    },
  };
}

/** Regular files that a process has open for writing now, with the most that they held. */
async function noteWritten(
  pid: number,
  repository: string,
  files: Map<string, { mib: number; inMemory: boolean }>,
): Promise<void> {
  for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const at = `/proc/${pid}/fd/${fd}`;
    const [path, info, found, system] = await Promise.all([
      readlink(at).catch(() => ''),
      readFile(`/proc/${pid}/fdinfo/${fd}`, 'utf8').catch(() => ''),
      stat(at).catch(() => undefined),
      statfs(at).catch(() => undefined),
    ]);
    const writes = (Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '0', 8) & 0o3) !== 0;
    if (!writes || !found?.isFile() || path.startsWith(`${repository}/`)) continue;
    const key = `${found.dev}:${found.ino}`;
    const before = files.get(key)?.mib ?? 0;
    files.set(key, { mib: Math.max(before, found.size / MIB), inMemory: system?.type === TMPFS });
  }
}

/** Number of the file system in memory, as statfs tells it. */
const TMPFS = 0x01021994;

async function rssOf(pid: number): Promise<{ node: boolean; mib: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return { node: command.includes('mover/main.ts'), mib: Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0) / 1024 };
}

async function descendants(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}

/** Downloads full and increment of a disk, commits one into the other, uploads the result, forgets and prunes. Works on a copy. */
async function oldWay(cloud: Cloud, of: Machine): Promise<number> {
  const work = `${cloud.directory}/old-way`;
  await mkdir(work);
  const repository = `${work}/repository`;
  await run(['cp', '-r', '--', cloud.repository, repository]);
  const store = await openSqlite(`${cloud.directory}/one.db`);
  const { backups } = await store.vms.get(of.vmId);
  const { points } = await store.images.get(backups.config.incrementalBackupId);
  await store.close();
  const layers = points.flatMap((point) => point.layers);
  const [base, next] = [layers[0], layers[1]];
  if (!base || !next) throw new Error('There is no increment to commit.');
  const env = { RESTIC_PASSWORD };
  const restic = (args: string[]): Promise<unknown> =>
    run(['restic', '-r', repository, '--no-cache', ...args], { env });
  const from = performance.now();
  const files: string[] = [];
  for (const { source, path, disks } of [base, next]) {
    const disk = disks.find(({ diskId }) => diskId === 1);
    const to = `${work}/${source}`;
    const dump = start(['restic', '-r', repository, '--no-cache', 'dump', source, `${path}/${disk?.file}`], { env });
    await pipeline(dump.stdout, createWriteStream(to));
    if ((await dump.exit).code !== 0) throw new Error(`restic dump failed: ${(await dump.exit).stderr}`);
    files.push(to);
  }
  const [full = '', increment = ''] = files;
  await run(['qemu-img', 'rebase', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', full, increment]);
  await run(['qemu-img', 'commit', '-q', '-f', 'qcow2', increment]);
  await restic(['backup', '--force', '--quiet', full]);
  await restic(['forget', '--prune', '--max-unused', '0', base.source, next.source]);
  const seconds = (performance.now() - from) / 1000;
  await rm(work, { recursive: true });
  return seconds;
}

const { cpu, cpus, memoryMb, kernel, node } = machine();
tell(`${cpu}, ${cpus} CPUs, ${memoryMb} MB, Linux ${kernel}, Node ${node}`);
tell(
  `Live guests with ${DATA_MIB} MiB of random data; ${CHANGED_MIB} MiB of 64 KiB blocks change before each backup.\n`,
);
const cloud = await Cloud.open(78000);
try {
  const data = `${cloud.directory}/data.raw`;
  await writeData(data);
  const small = await openMachine(cloud, data, SMALL_GIB);
  const large = await openMachine(cloud, data, LARGE_GIB);
  await rm(data);
  for (const one of [small, large]) await backUp(cloud, one);
  const increments = new Map<number, Increment[]>([
    [SMALL_GIB, []],
    [LARGE_GIB, []],
  ]);
  const rotated: Rotation[] = [];
  const old: number[] = [];
  for (let round = 0; round < KEEP_LAST - 1 + rotations; round++) {
    const turns = round < TURNS ? (round % 2 === 0 ? [small, large] : [large, small]) : [small];
    for (const one of turns) {
      await change(one);
      const since = Date.now();
      const increment = await backUp(cloud, one);
      increments.get(one.gib)?.push(increment);
      const rotation = await rotate(cloud, one, since);
      if (one === small && round >= KEEP_LAST - 1) rotated.push(rotation);
      tell(
        `round ${round + 1}, ${one.gib} GiB: ${increment.seconds.toFixed(2)} s, stored ${increment.storedMib.toFixed(2)} MiB, ` +
          `read ${increment.readMib.toFixed(2)} MiB; rotation ${rotation.seconds.toFixed(2)} s, read ${rotation.readMib.toFixed(1)}, ` +
          `written ${rotation.writtenMib.toFixed(1)} MiB`,
      );
    }
    if (round >= KEEP_LAST && old.length < OLD_WAYS) {
      old.push(await oldWay(cloud, small));
      tell(`  the other way: ${old.at(-1)?.toFixed(2)} s`);
    }
  }
  /** Both disks in the rounds in which they took turns. */
  const secondsOf = (gib: number): number =>
    median((increments.get(gib) ?? []).slice(0, TURNS).map(({ seconds }) => seconds));
  const of = (gib: number, value: (increment: Increment) => number): number =>
    median((increments.get(gib) ?? []).map(value));
  const most = (value: (rotation: Rotation) => number): number => Math.max(...rotated.map(value));
  const round3 = (value: number): number => Math.round(value * 1000) / 1000;
  tell('');
  tell(
    table([
      ['', 'median', 'most'],
      ['stored by an increment, MiB', of(SMALL_GIB, (one) => one.storedMib).toFixed(2), ''],
      ['growth of the repository, MiB', of(SMALL_GIB, (one) => one.repositoryMib).toFixed(2), ''],
      ['read from the disks, MiB', of(SMALL_GIB, (one) => one.readMib).toFixed(2), ''],
      [`time on ${SMALL_GIB} GiB, s`, secondsOf(SMALL_GIB).toFixed(2), ''],
      [`time on ${LARGE_GIB} GiB, s`, secondsOf(LARGE_GIB).toFixed(2), ''],
      ['rotation, s', median(rotated.map((one) => one.seconds)).toFixed(2), most((one) => one.seconds).toFixed(2)],
      ['rotation the other way, s', median(old).toFixed(2), Math.max(...old).toFixed(2)],
      [
        'read by a rotation, MiB',
        median(rotated.map((one) => one.readMib)).toFixed(1),
        most((one) => one.readMib).toFixed(1),
      ],
      [
        'written by it, MiB',
        median(rotated.map((one) => one.writtenMib)).toFixed(1),
        most((one) => one.writtenMib).toFixed(1),
      ],
      ['files on disk beside the repository, MiB', '', most((one) => one.localMib).toFixed(2)],
      ['files in memory, MiB', '', most((one) => one.memoryFilesMib).toFixed(1)],
      ['peak memory of the mover, MiB', '', most((one) => one.moverMib).toFixed(0)],
      ['and of restic with it, MiB', '', most((one) => one.allMib).toFixed(0)],
    ]),
  );
  tell('');
  tell(
    JSON.stringify({
      bench: 'incremental',
      stored_mib: round3(of(SMALL_GIB, (one) => one.storedMib)),
      read_mib: round3(of(SMALL_GIB, (one) => one.readMib)),
      time_100g_over_10g: round3(secondsOf(LARGE_GIB) / secondsOf(SMALL_GIB)),
      rotation_s: round3(median(rotated.map((one) => one.seconds))),
      rotation_other_way_s: round3(median(old)),
      flatten_read_mib_max: round3(most((one) => one.readMib)),
      flatten_written_mib_max: round3(most((one) => one.writtenMib)),
      flatten_local_files_mib_max: round3(most((one) => one.localMib)),
      flatten_mover_peak_mib: round3(most((one) => one.moverMib)),
      flatten_all_peak_mib: round3(most((one) => one.allMib)),
    }),
  );
  for (const { guest } of [small, large]) await guest.close();
} finally {
  await cloud.close();
}
