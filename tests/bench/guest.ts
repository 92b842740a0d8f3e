// What a backup costs the guest: how long its reads and writes take when nothing goes on, while OneVault backs it up, and while QEMU
// copies its disk in push mode, all to the same slow target, by turns in one run. `npm run bench:guest [-- ROUNDS]`.
import { createCipheriv, randomBytes } from 'node:crypto';
import { loadavg } from 'node:os';
import { open, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../src/exec/exec.ts';
import { again } from '../guest/background.ts';
import { Cloud } from '../integration/cloud.ts';
import { counted, LatencyCounter, qmp, quantileMs, type Latencies } from './latency.ts';
import { machine, rotated } from './measure.ts';
import { median, table } from './report.ts';
import { repository } from './scene.ts';

const MIB = 2 ** 20;
const DISK_MIB = 512;
const FIRST_VM = 73_900;
/** What the slow target takes, in MiB a second. */
const SLOW_MIB = 16;
const IDLE_MS = 30_000;
const LOOK_MS = 100;
const BLOCK = 4096;
/** The data disk is the second. */
const DISK = 1;

const WAYS = {
  idle: 'nothing goes on',
  backup: 'OneVault, to a slow target',
  push: 'push mode, to a slow target',
  fastBackup: 'OneVault, as fast as it goes',
  fastPush: 'push mode, as fast as it goes',
} as const;
type Way = keyof typeof WAYS;

interface Round {
  seconds: number;
  latencies: Latencies;
}

class Bench {
  readonly #cloud: Cloud;
  readonly #vmId: number;
  readonly #counter: LatencyCounter;
  readonly #target: string;

  private constructor(cloud: Cloud, vmId: number, counter: LatencyCounter) {
    this.#cloud = cloud;
    this.#vmId = vmId;
    this.#counter = counter;
    this.#target = `${cloud.directory}/target.qcow2`;
  }

  static async open(cloud: Cloud): Promise<Bench> {
    const path = `${cloud.directory}/data.raw`;
    await fill(path);
    const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
    const data = await cloud.image('data', { path, format: 'raw', persistent: true });
    await rm(path);
    const vmId = await cloud.vm([root, data], 'BACKUP_CONFIG=[ KEEP_LAST="1" ]');
    const console = await cloud.console(vmId);
    await console.run(again(load(), 'dd if=/dev/urandom of=/tmp/block bs=4k count=4 2>/dev/null'));
    await console.close();
    return new Bench(cloud, vmId, await LatencyCounter.of(`one-${vmId}`, DISK));
  }

  async round(way: Way): Promise<Round> {
    await repository(this.#cloud.repository);
    await this.#slow(way === 'backup');
    await this.#counter.reset();
    const from = performance.now();
    if (way === 'idle') await sleep(IDLE_MS);
    else if (way === 'push' || way === 'fastPush') await this.#push(way === 'push');
    else await this.#cloud.backup(this.#vmId);
    const seconds = (performance.now() - from) / 1000;
    return { seconds, latencies: await this.#counter.read() };
  }

  async #slow(yes: boolean): Promise<void> {
    const limit = `RESTIC_BWLIMIT="${yes ? SLOW_MIB * 1024 : 100_000_000}"`;
    await this.#cloud.call('one.datastore.update', this.#cloud.backups, limit, 1);
  }

  /** What `virsh backup-begin` does in push mode, with a target that takes no more than it takes. */
  async #push(slow: boolean): Promise<void> {
    const domain = `one-${this.#vmId}`;
    await run(['qemu-img', 'create', '-q', '-f', 'qcow2', this.#target, `${DISK_MIB}M`]);
    await run(['chmod', '666', this.#target]);
    const rate = slow ? SLOW_MIB * MIB : 0;
    await qmp(domain, 'object-add', { 'qom-type': 'throttle-group', id: 'slow', limits: { 'bps-write': rate } });
    const file = { driver: 'file', filename: this.#target };
    const below = { driver: 'throttle', 'throttle-group': 'slow', file };
    await qmp(domain, 'blockdev-add', { driver: 'qcow2', 'node-name': 'target', file: below });
    const device = await nodeOf(domain);
    const job = { 'job-id': 'push', device, target: 'target', sync: 'full', 'auto-dismiss': false };
    await qmp(domain, 'blockdev-backup', job);
    let state = '';
    for (; state !== 'concluded'; await sleep(LOOK_MS)) {
      const jobs = (await qmp(domain, 'query-jobs')) as Array<{ id: string; status: string; error?: string }>;
      const mine = jobs.find(({ id }) => id === 'push');
      if (mine?.error !== undefined) throw new Error(`The copy failed: ${mine.error}`);
      state = mine?.status ?? 'gone';
    }
    await qmp(domain, 'job-dismiss', { id: 'push' });
    await qmp(domain, 'blockdev-del', { 'node-name': 'target' });
    await qmp(domain, 'object-del', { id: 'slow' });
    await rm(this.#target);
  }
}

/** Reads and writes of 4 KiB, four at a time, anywhere on the disk, past the guest's cache. */
function load(): string {
  const at = `seek=$(((RANDOM * 32768 + RANDOM) % ${(DISK_MIB * MIB) / BLOCK - 4}))`;
  const write = `dd if=/tmp/block of=/dev/vdb bs=4k count=4 oflag=direct conv=notrunc ${at}`;
  const read = `dd if=/dev/vdb of=/dev/null bs=4k count=4 iflag=direct ${at.replace('seek', 'skip')}`;
  return `${write}; ${read}`;
}

async function nodeOf(domain: string): Promise<string> {
  const disks = (await qmp(domain, 'query-block')) as Array<{ inserted?: { 'node-name'?: string } }>;
  const name = disks[DISK]?.inserted?.['node-name'];
  if (name === undefined) throw new Error(`QEMU names no node of disk ${DISK}.`);
  return name;
}

/** Bytes that no backup program can leave out. */
async function fill(path: string): Promise<void> {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
  const file = await open(path, 'w');
  for (let left = DISK_MIB; left > 0; left--) await file.write(cipher.update(Buffer.alloc(MIB)));
  await file.close();
}

type Kind = keyof Latencies;
const QUANTILES = [0.5, 0.99] as const;

function middle(rounds: readonly Round[], kind: Kind, share: number): number {
  return median(rounds.map(({ latencies }) => quantileMs(latencies[kind], share)));
}

function rowsOf(results: ReadonlyMap<Way, readonly Round[]>): string[][] {
  return [...results].map(([way, rounds]) => {
    const each = (kind: Kind): string[] => QUANTILES.map((share) => middle(rounds, kind, share).toFixed(2));
    const rate = median(
      rounds.map(({ latencies: { reads, writes }, seconds }) => (counted(reads) + counted(writes)) / seconds),
    );
    const seconds = median(rounds.map((round) => round.seconds)).toFixed(1);
    return [WAYS[way], String(rounds.length), seconds, ...each('reads'), ...each('writes'), rate.toFixed(0)];
  });
}

/** The worse of reads and writes. */
function over(results: ReadonlyMap<Way, readonly Round[]>, way: Way, share: number): number {
  const ratio = (kind: Kind): number =>
    middle(results.get(way) ?? [], kind, share) / middle(results.get('idle') ?? [], kind, share);
  return Math.round(Math.max(ratio('reads'), ratio('writes')) * 100) / 100;
}

const rounds = Number(process.argv[2] ?? 3);
const tell = (text: string): void => void process.stdout.write(`${text}\n`);
const { cpu, cpus, memoryMb, kernel, node } = machine();
tell(`${cpu}, ${cpus} CPUs, ${memoryMb} MB, Linux ${kernel}, Node ${node}; load ${(loadavg()[0] ?? 0).toFixed(1)}`);
tell(
  `A live guest reads and writes 4 KiB anywhere on a disk of ${DISK_MIB} MiB; the slow target takes ${SLOW_MIB} MiB a second.\n`,
);
const cloud = await Cloud.open(FIRST_VM);
try {
  const bench = await Bench.open(cloud);
  const ways = Object.keys(WAYS) as Way[];
  const results = new Map<Way, Round[]>(ways.map((way) => [way, []]));
  for (let number = 0; number < rounds; number++) {
    for (const way of rotated(ways, number)) {
      const round = await bench.round(way);
      results.get(way)?.push(round);
      const p99 = (kind: Kind): string => quantileMs(round.latencies[kind], 0.99).toFixed(2);
      tell(
        `round ${number + 1}: ${WAYS[way].padEnd(30)} ${round.seconds.toFixed(1)} s, p99 of reads ${p99('reads')} ms, of writes ${p99('writes')} ms`,
      );
    }
  }
  const head = ['', 'rounds', 's', 'reads: p50 ms', 'p99 ms', 'writes: p50 ms', 'p99 ms', 'per s'];
  tell(`\n${table([head, ...rowsOf(results)])}\n`);
  tell(
    JSON.stringify({
      bench: 'guest',
      ...{ p50_over_idle: over(results, 'backup', 0.5), p99_over_idle: over(results, 'backup', 0.99) },
      ...{ push_p50_over_idle: over(results, 'push', 0.5), push_p99_over_idle: over(results, 'push', 0.99) },
      ...{
        fast_p50_over_idle: over(results, 'fastBackup', 0.5),
        fast_p99_over_idle: over(results, 'fastBackup', 0.99),
      },
      ...{ fast_push_p99_over_idle: over(results, 'fastPush', 0.99) },
    }),
  );
} finally {
  await cloud.close();
}
