// The bench of layouts: QCOW2 and SLICES beside each other, on changes that are scattered and on changes that lie together. What a backup
// takes, reads and stores, what a rotation takes, and a restore. `npm run bench:layouts [-- ROUNDS [MIB]]`.
import { createCipheriv, randomBytes, randomInt } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../src/exec/exec.ts';
import type { BackupLayout } from '../../src/model/backup-layout.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { GuestConsole } from '../guest/console.ts';
import { Cloud, RESTIC_PASSWORD } from '../integration/cloud.ts';
import { machine } from './measure.ts';
import { median, table } from './report.ts';

const MIB = 2 ** 20;
const BLOCK = 65_536;
const CHANGED_MIB = 10;
const DISK_GIB = 4;
const KEEP_LAST = 3;
/** Looks at which nothing was left to do, one after the other. */
const QUIET = 5;
const rounds = Number(process.argv[2] ?? 6);
const dataMib = Number(process.argv[3] ?? 512);

const PATTERNS = ['scattered', 'clustered'] as const;
type Pattern = (typeof PATTERNS)[number];
const LAYOUTS: readonly BackupLayout[] = ['QCOW2', 'SLICES'];

interface Machine {
  layout: BackupLayout;
  pattern: Pattern;
  vmId: number;
  datastore: number;
  guest: GuestConsole;
}

interface Round {
  backupSec: number;
  readMib: number;
  /** By which the repository grew. */
  storedMib: number;
  /** From the end of the backup until nothing is left to do; and what merges read and wrote. */
  rotationSec: number;
  movedMib: number;
}

const tell = (text: string): void => void process.stdout.write(`${text}\n`);

async function writeData(path: string): Promise<void> {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
  const file = await open(path, 'w');
  for (let at = 0; at < dataMib; at++) await file.write(cipher.update(Buffer.alloc(MIB)));
  await file.close();
}

async function openMachine(cloud: Cloud, data: string, layout: BackupLayout, pattern: Pattern): Promise<Machine> {
  const name = `${layout}-${pattern}`;
  const path = `${cloud.directory}/${name}.qcow2`;
  await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', data, path]);
  await run(['qemu-img', 'resize', '-f', 'qcow2', path, `${DISK_GIB}G`]);
  const root = await cloud.image(`${name}-root`, { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  const disk = await cloud.image(name, { path, format: 'qcow2', persistent: true });
  await rm(path);
  const datastore = await cloud.backupDatastore(name, layout === 'SLICES' ? 'RESTIC_LAYOUT="SLICES"' : '');
  const vmId = await cloud.vm([root, disk], `BACKUP_CONFIG=[ MODE="INCREMENT", KEEP_LAST="${KEEP_LAST}" ]`);
  return { layout, pattern, vmId, datastore, guest: await cloud.console(vmId) };
}

/** As many blocks as make up what changes: anywhere in the data, or one after the other. */
async function change({ guest, pattern }: Machine): Promise<void> {
  const count = (CHANGED_MIB * MIB) / BLOCK;
  const all = (dataMib * MIB) / BLOCK;
  const first = randomInt(all - count);
  const blocks = new Set<number>(pattern === 'clustered' ? Array.from({ length: count }, (_, at) => first + at) : []);
  while (blocks.size < count) blocks.add(randomInt(all));
  await guest.run(`scribble /dev/vdb ${BLOCK} ${[...blocks].join(' ')}`, 120_000);
}

const repositoryOf = (cloud: Cloud, { datastore }: Machine): string => `${cloud.directory}/datastores/${datastore}`;

async function sizeMib(path: string): Promise<number> {
  return Number((await run(['du', '-s', '--apparent-size', '-B1', path])).stdout.split('\t')[0]) / MIB;
}

async function oneRound(cloud: Cloud, of: Machine): Promise<Round> {
  const repository = repositoryOf(cloud, of);
  const before = await sizeMib(repository);
  const since = Date.now();
  const from = performance.now();
  await cloud.call('one.vm.backup', of.vmId, of.datastore, false);
  const { figures, result, reason } = await cloud.follow('vm', of.vmId);
  if (result !== 'done') throw new Error(reason);
  const until = performance.now();
  const storedMib = (await sizeMib(repository)) - before;
  const movedMib = await upkept(cloud, of.vmId, since);
  return {
    ...{ backupSec: (until - from) / 1000, readMib: (figures?.readBytes ?? 0) / MIB, storedMib },
    ...{ rotationSec: (performance.now() - until) / 1000, movedMib },
  };
}

/** Waits until the backups of the VM are looked after. Returns what merges have read and written, in MiB. */
async function upkept(cloud: Cloud, vmId: number, since: number): Promise<number> {
  const store = await openSqlite(`${cloud.directory}/one.db`);
  try {
    for (let quiet = 0; quiet < QUIET; await sleep(50)) {
      const { backups } = await store.vms.get(vmId);
      const image = await store.images.get(backups.config.incrementalBackupId);
      const isLate = image.points.length > KEEP_LAST || (image.garbage ?? []).length > 0;
      const isBusy = (await store.operations.running()).some(({ kind }) => kind === 'flatten');
      quiet = isLate || isBusy ? 0 : quiet + 1;
    }
    const merges = (await store.operations.ofVm(vmId, 50)).filter(
      ({ kind, startedAt }) => kind === 'flatten' && startedAt >= since,
    );
    const bytes = ({ readBytes = 0, processedBytes = 0 }: { readBytes?: number; processedBytes?: number }): number =>
      readBytes + processedBytes;
    return merges.reduce((sum, { figures }) => sum + bytes(figures ?? {}), 0) / MIB;
  } finally {
    await store.close();
  }
}

async function restoreSec(cloud: Cloud, { vmId }: Machine): Promise<number> {
  const store = await openSqlite(`${cloud.directory}/one.db`);
  const { backups } = await store.vms.get(vmId);
  await store.close();
  const from = performance.now();
  await cloud.restore(backups.config.incrementalBackupId, `NAME="r-${vmId}"\nDISK_ID="1"`);
  return (performance.now() - from) / 1000;
}

/** What the repository has once the space of all that was forgotten is given back. */
async function prunedMib(cloud: Cloud, of: Machine): Promise<number> {
  const repository = repositoryOf(cloud, of);
  await run(['restic', '-r', repository, '--no-cache', 'prune', '--max-unused', '0', '--quiet'], {
    env: { RESTIC_PASSWORD },
  });
  return sizeMib(repository);
}

const { cpu, cpus, memoryMb, kernel, node } = machine();
tell(`${cpu}, ${cpus} CPUs, ${memoryMb} MB, Linux ${kernel}, Node ${node}`);
tell(
  `Live guests with ${dataMib} MiB of random data on a disk of ${DISK_GIB} GiB; ${CHANGED_MIB} MiB of 64 KiB blocks change before each ` +
    `of ${rounds} backups, KEEP_LAST is ${KEEP_LAST}; medians.\n`,
);
const cloud = await Cloud.open(77400);
try {
  const data = `${cloud.directory}/data.raw`;
  await writeData(data);
  const rows: string[][] = [
    [
      '',
      'first s',
      'next s',
      'read MiB',
      'stored MiB',
      'rotation s',
      'most s',
      'moved MiB',
      'restore s',
      'repository MiB',
    ],
  ];
  const figures: Record<string, Record<string, number>> = {};
  const round3 = (value: number): number => Math.round(value * 1000) / 1000;
  for (const pattern of PATTERNS) {
    const machines: Machine[] = [];
    for (const layout of LAYOUTS) machines.push(await openMachine(cloud, data, layout, pattern));
    const first = new Map<Machine, Round>();
    for (const one of machines) first.set(one, await oneRound(cloud, one));
    const taken = new Map<Machine, Round[]>(machines.map((one) => [one, []]));
    for (let round = 0; round < rounds; round++) {
      for (const one of round % 2 === 0 ? machines : machines.toReversed()) {
        await change(one);
        taken.get(one)?.push(await oneRound(cloud, one));
      }
    }
    for (const one of machines) {
      const of = (value: (round: Round) => number): number => median((taken.get(one) ?? []).map(value));
      const found = {
        first_s: round3(first.get(one)?.backupSec ?? NaN),
        next_s: round3(of(({ backupSec }) => backupSec)),
        read_mib: round3(of(({ readMib }) => readMib)),
        stored_mib: round3(of(({ storedMib }) => storedMib)),
        rotation_s: round3(of(({ rotationSec }) => rotationSec)),
        rotation_most_s: round3(Math.max(...(taken.get(one) ?? []).map(({ rotationSec }) => rotationSec))),
        moved_mib: round3((taken.get(one) ?? []).reduce((sum, { movedMib }) => sum + movedMib, 0)),
        restore_s: round3(await restoreSec(cloud, one)),
        repository_mib: round3(await prunedMib(cloud, one)),
      };
      figures[`${one.layout.toLowerCase()}_${pattern}`] = found;
      rows.push([`${pattern}, ${one.layout}`, ...Object.values(found).map((value) => value.toFixed(2))]);
      await one.guest.close();
      await cloud.call('one.vm.action', 'terminate-hard', one.vmId);
    }
  }
  tell(table(rows));
  tell('');
  tell(JSON.stringify({ bench: 'layouts', rounds, data_mib: dataMib, changed_mib: CHANGED_MIB, ...figures }));
} finally {
  await cloud.close();
}
