// Drives machines that are backed up all the time on control nodes that are killed, stopped and cut off one after the other, and looks
// whether anything was lost, doubled or damaged by that.
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../random.ts';
import { Cluster } from './cluster.ts';
import { Machine } from './machine.ts';
import { MoverWatch } from './movers.ts';
import { BLOWS, round, type RoundResult } from './rounds.ts';
import { verdict, type Verdict } from './verdict.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

export interface DriveOptions {
  /** Directory of PostgreSQL's programs. */
  programs: string;
  seed: number;
  rounds: number;
  nodes: number;
  hosts: number;
  machines: number;
  /** MAX_BACKUPS of each node. */
  atOnce: number;
  tell: (line: string) => void;
  /** Ends it after the round that is under way. */
  signal?: AbortSignal;
}

export interface Report {
  rounds: RoundResult[];
  verdict: Verdict;
  /** Runs under way or waiting, and movers alive, at each look. */
  inProgress: number[];
  movers: number[];
}

export async function driveNodes(options: DriveOptions): Promise<Report> {
  const { programs, seed, nodes, hosts, tell } = options;
  const random = new Random(seed);
  const settings = [`MAX_BACKUPS="${options.atOnce}"`, 'MAX_BACKUPS_HOST="0"', 'LOG=[ LEVEL="info" ]'];
  const cluster = await Cluster.open({ programs, nodes, hosts, datastores: 3, settings });
  try {
    const machines: Machine[] = [];
    for (let index = 0; index < options.machines; index += 1) {
      machines.push(await Machine.open(cluster, new Random(seed + 1 + index), index));
    }
    for (const machine of machines) await cluster.until(`VM ${machine.vmId} runs`, () => machine.isRunning());
    tell(`${machines.length} machines run on ${hosts} hosts of ${nodes} nodes; seed ${seed}`);
    return await drive(cluster, machines, random, options);
  } finally {
    await cluster.close();
  }
}

async function drive(cluster: Cluster, machines: Machine[], random: Random, options: DriveOptions): Promise<Report> {
  const watch = new MoverWatch(cluster.store, ROOT);
  watch.begin();
  const inProgress: number[] = [];
  let goesOn = true;
  let broken: Error | undefined;
  const work = machines.map((machine) =>
    machine
      .work(() => goesOn)
      .catch((error: unknown) => {
        broken ??= error instanceof Error ? error : new Error(String(error));
      }),
  );
  const counting = count(cluster, inProgress, () => goesOn);
  const rounds: RoundResult[] = [];
  try {
    await sleep(5000);
    for (let number = 0; number < options.rounds && broken === undefined && !options.signal?.aborted; number += 1) {
      const blow = BLOWS[number % BLOWS.length] ?? 'killed';
      const result = await round(cluster, random, blow);
      rounds.push(result);
      const { node, had } = result;
      const [taken, ended] = [result.takenOverMs, result.endedMs].map((ms) => (ms / 1000).toFixed(1));
      const what = `${had.duties} duties and ${had.runs} runs taken over in ${taken} s, its work ended in ${ended} s`;
      options.tell(`round ${number + 1}: ${node} ${blow}, ${what}; ${inProgress.at(-1) ?? 0} runs in progress`);
    }
  } finally {
    goesOn = false;
    await Promise.all([...work, counting]);
    await watch.end();
  }
  const why = broken; // it is set while the others work
  if (why) throw why;
  await cluster.until(
    'nothing is under way any more',
    async () => (await cluster.store.operations.running()).length === 0,
  );
  const found = await verdict(cluster, machines);
  found.wrong.push(...watch.breaches);
  return { rounds, verdict: found, inProgress, movers: watch.counts };
}

async function count(cluster: Cluster, counts: number[], goesOn: () => boolean): Promise<void> {
  for (; goesOn(); await sleep(1000)) counts.push((await cluster.store.operations.running()).length);
}

/** Lines that say how it went. */
export function reported({ rounds, verdict: found, inProgress, movers }: Report): string[] {
  const times = rounds.map(({ takenOverMs }) => takenOverMs / 1000);
  const ends = rounds.map(({ endedMs }) => endedMs / 1000);
  const runs = Object.entries(found.runs).map(([result, number]) => `${number} ${result}`);
  return [
    `rounds: ${rounds.length}`,
    `take-over: median ${median(times).toFixed(1)} s, most ${Math.max(0, ...times).toFixed(1)} s`,
    `work of the dead ended: median ${median(ends).toFixed(1)} s, most ${Math.max(0, ...ends).toFixed(1)} s`,
    `runs in progress: median ${median(inProgress)}; movers at once: median ${median(movers)}, most ${Math.max(0, ...movers)}`,
    `backups: ${runs.join(', ')}; points compared: ${found.points}`,
    `wrong: ${found.wrong.length}`,
    ...found.wrong,
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
