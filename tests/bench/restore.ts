// The bench of restores: OneVault beside the two programs that do the same by hand, on one full backup, by turns in one run.
// `npm run bench:restore [-- ROUNDS [MIB]]`
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../src/exec/exec.ts';
import { moverResult } from '../../src/exec/mover.ts';
import type { RestoreResult, RestoreTask } from '../../src/model/tasks/restore.ts';
import { RESTIC_PASSWORD, sameContent } from '../integration/cloud.ts';
import { costOf } from '../mover/cost.ts';
import { largeChain, type LargeChain } from '../mover/large-chain.ts';
import { instantRestore } from './instant.ts';
import { alternate, machine, type MeasureOptions, type Variant } from './measure.ts';
import { resultTable, summarize, table } from './report.ts';

const MIB = 2 ** 20;
const DATA_MIB = Number(process.argv[3] ?? 3072);
const DISK_MIB = 2 * DATA_MIB;
/** The chain whose memory is told. */
const INCREMENTS = 10;
const CHANGED_MIB = 16;
const rounds = Number(process.argv[2] ?? 5);
/** A virtual machine gives memory that it does not use back to its host: after that no run finds what the run before left warm. */
const REST_SEC = 5;

const NAME = {
  ours: 'a  OneVault, to a raw image',
  byHand: 'b  restic restore, then qemu-img convert to raw',
  synced: 'c  the same as b, until it is on the disk',
} as const;

const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const kind = { driver: 'restic', attributes: { RESTIC_PASSWORD } };

function taskOf({ members, store, root }: LargeChain, target: string): RestoreTask {
  const stored = members.at(-1)?.stored;
  if (!stored) throw new Error('Nothing is stored.');
  return {
    ...{ kind: 'restore', operationId: 'be0cbe0cbe0cbe0c', store, directory: join(root, 'shown') },
    disks: [{ stored, members, target, targetFormat: 'raw' }],
  };
}

/** What is done by hand: the file of the disk out of the snapshot, then the format that the machine needs. */
async function byHand({ members: [member], store, root }: LargeChain, target: string): Promise<void> {
  if (!member) throw new Error('Nothing is stored.');
  const restored = join(root, 'restored');
  const argv = [
    'restic',
    '-r',
    store.basePath,
    '--no-cache',
    'restore',
    member.source,
    '--target',
    restored,
    '--quiet',
  ];
  await run(argv, { env: { RESTIC_PASSWORD } });
  await run(['qemu-img', 'convert', '-f', 'qcow2', '-O', 'raw', join(restored, member.path), target]);
  await rm(restored, { recursive: true });
}

/** `restSec`: nothing is done for so long before each run. */
function variants(chain: LargeChain, restSec: number): Variant[] {
  const target = join(chain.root, 'target');
  const before = async (): Promise<MeasureOptions> => {
    await run(['sync']);
    await pause(restSec * 1000);
    return { path: chain.root };
  };
  const after = async (): Promise<void> => {
    if (!(await sameContent([target, 'raw'], [chain.raw, 'raw'])))
      throw new Error('What came back is not what was stored.');
    await rm(target);
  };
  const ours = (): Promise<unknown> =>
    moverResult<RestoreResult>(taskOf(chain, target), new AbortController().signal, () => undefined);
  const synced = async (): Promise<void> => {
    await byHand(chain, target);
    await run(['sync', target]);
  };
  return [
    { name: NAME.ours, before, after, work: ours },
    { name: NAME.byHand, before, after, work: () => byHand(chain, target) },
    { name: NAME.synced, before, after, work: synced },
  ];
}

const { cpu, cpus, memoryMb, kernel, node } = machine();
tell(`${cpu}, ${cpus} CPUs, ${memoryMb} MB, Linux ${kernel}, Node ${node}`);
tell(
  `A disk of ${DISK_MIB} MiB with ${DATA_MIB} MiB of data, half incompressible; ${rounds} rounds by turns, medians.`,
);
const parent = resolve(import.meta.dirname, '../../var');
process.env['NODE_COMPILE_CACHE'] ??= join(parent, 'compiled'); // as the commands in bin/ keep theirs
await mkdir(parent, { recursive: true });
const full = { parent, kind, diskMib: DISK_MIB, dataMib: DATA_MIB };
const chain = await largeChain({ ...full, increments: 0, changedMib: 0 });
/** Ours beside the two others, in medians. */
async function compared(restSec: number): Promise<{ byHand: number; synced: number }> {
  tell(restSec === 0 ? '\none run right after the other\n' : `\neach run after ${restSec} s of rest\n`);
  const results = await alternate(variants(chain, restSec), rounds, (name, round, { wallSec }) =>
    tell(`round ${round + 1}: ${name.padEnd(50)} ${wallSec.toFixed(2)} s`),
  );
  const summaries = new Map([...results].map(([name, runs]) => [name, summarize(runs)]));
  tell(`\n${resultTable(summaries)}\n`);
  const wallSec = (name: string): number => summaries.get(name)?.median.wallSec ?? Number.NaN;
  return { byHand: wallSec(NAME.ours) / wallSec(NAME.byHand), synced: wallSec(NAME.ours) / wallSec(NAME.synced) };
}

const [atOnce, rested] = await (async () => [await compared(0), await compared(REST_SEC)] as const)().finally(() =>
  chain.remove(),
);
const long = await largeChain({ ...full, increments: INCREMENTS, changedMib: CHANGED_MIB });
const { result, cost } = await costOf(taskOf(long, join(long.root, 'target'))).finally(() => long.remove());
const written = result.disks[0]?.writtenBytes ?? Number.NaN;
tell(
  table([
    [`a full and ${INCREMENTS} increments of ${CHANGED_MIB} MiB`, 'MiB'],
    ['peak memory, restic included', (cost.peakBytes / MIB).toFixed(0)],
    ['written to the image', (written / MIB).toFixed(1)],
    ['written besides', ((cost.toDisks - written) / MIB).toFixed(1)],
  ]),
);
const three = (value: number): number => Math.round(value * 1000) / 1000;
const instant = await instantRestore(tell);
tell(
  `a guest answered ${instant.answerSec.toFixed(1)} s after it was asked for, and stood on its own disk after ${instant.copiedSec.toFixed(1)} s`,
);
tell('');
tell(
  JSON.stringify({
    bench: 'restore',
    wall_over_restic_restore: three(atOnce.byHand),
    wall_over_restic_restore_synced: three(atOnce.synced),
    rested_wall_over_restic_restore: three(rested.byHand),
    rested_wall_over_restic_restore_synced: three(rested.synced),
    chain_peak_mib: three(cost.peakBytes / MIB),
    chain_written_mib: three(written / MIB),
    chain_written_besides_mib: three((cost.toDisks - written) / MIB),
    instant_answer_s: three(instant.answerSec),
    instant_copied_s: three(instant.copiedSec),
  }),
);
