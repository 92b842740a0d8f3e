// What befalls the nodes: one of them is killed, stopped for longer than its lease, or cut off from the database; the others take over what
// it had, and it comes back.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Cluster } from './cluster.ts';
import type { ControlNode } from './control-node.ts';

export const BLOWS = ['killed', 'stopped', 'cut off'] as const;
export type Blow = (typeof BLOWS)[number];
/** What a node ends with whose lease is over. */
const FENCED = 75;
/** Longer than a lease. */
const AWAY_MS = [10_000, 16_000] as const;
const TAKEN_MS = 120_000;
const LOOK_MS = 100;

export interface RoundResult {
  blow: Blow;
  node: string;
  /** Duties and runs that it had. */
  had: { duties: number; runs: number };
  /** Until others had all its duties and every run of it was ended or gone on with. */
  takenOverMs: number;
  /** Until all that it worked on has ended, cleaned up after. */
  endedMs: number;
}

export async function round(cluster: Cluster, random: Random, blow: Blow): Promise<RoundResult> {
  await sleep(random.whole(0, 3000));
  const victim = await victimOf(cluster, random);
  const id = await idOf(cluster, victim);
  const had = await belongings(cluster, id);
  const begun = await workOf(cluster, id);
  const began = Date.now();
  const back = blow === 'killed' ? kill(random, victim) : away(random, victim, blow);
  back.catch(() => undefined); // it is awaited below, whatever comes first
  await cluster.until(
    `what node ${id} (${victim.place.name}) had is taken over`,
    () => isTakenOver(cluster, id),
    TAKEN_MS,
  );
  const takenOverMs = Date.now() - began;
  await cluster.until('what it worked on has ended', () => haveEnded(cluster, begun), TAKEN_MS);
  const endedMs = Date.now() - began;
  await back;
  await cluster.until('every node has duties', () => isSpread(cluster));
  return { blow, node: victim.place.name, had, takenOverMs, endedMs };
}

async function kill(random: Random, victim: ControlNode): Promise<void> {
  victim.signal('SIGKILL');
  await victim.ended();
  await sleep(random.whole(0, 4000));
  await victim.start();
}

async function away(random: Random, victim: ControlNode, blow: 'stopped' | 'cut off'): Promise<void> {
  const late = random.next() < 0.5;
  if (blow === 'stopped') victim.signal('SIGSTOP');
  else victim.cutOff();
  await sleep(random.whole(...AWAY_MS));
  if (blow === 'stopped') victim.signal('SIGCONT');
  else victim.mend(late);
  const how = await Promise.race([victim.ended(), sleep(30_000, 'still there after 30 s')]);
  if (how !== FENCED) {
    throw new Error(
      `Node ${victim.place.name} was ${blow} and should have ended with ${FENCED}: ${how}\n${victim.tail()}`,
    );
  }
  await victim.start();
}

/** Mostly the one that has most under way: it has most to lose. */
async function victimOf(cluster: Cluster, random: Random): Promise<ControlNode> {
  if (random.next() < 0.25) return random.pick(cluster.nodes);
  const had = await Promise.all(
    cluster.nodes.map(async (node) => ({ node, had: await belongings(cluster, await idOf(cluster, node)) })),
  );
  const [most] = had.toSorted((one, other) => other.had.runs - one.had.runs);
  return most?.node ?? random.pick(cluster.nodes);
}

/** Its id in this life. */
async function idOf(cluster: Cluster, node: ControlNode): Promise<string> {
  const { nodes } = await cluster.table.standing();
  const [newest] = nodes
    .filter(({ url, isAlive }) => isAlive && url === node.endpoint)
    .toSorted((one, other) => other.startedAtMs - one.startedAtMs);
  if (newest) return newest.id;
  throw new Error(`Node ${node.place.name} is not known to the database:\n${node.tail()}`);
}

async function belongings(cluster: Cluster, id: string): Promise<RoundResult['had']> {
  const { claims } = await cluster.table.standing();
  const runs = await cluster.store.operations.running();
  return {
    duties: [...claims.values()].filter((node) => node === id).length,
    runs: runs.filter(({ node }) => node === id).length,
  };
}

/** Ids of the runs that it does not only let wait. */
async function workOf(cluster: Cluster, id: string): Promise<string[]> {
  const runs = await cluster.store.operations.running();
  return runs.filter(({ node, begunAt }) => node === id && begunAt !== undefined).map((run) => run.id);
}

async function haveEnded(cluster: Cluster, ids: readonly string[]): Promise<boolean> {
  const running = new Set((await cluster.store.operations.running()).map(({ id }) => id));
  return !ids.some((id) => running.has(id));
}

async function isTakenOver(cluster: Cluster, id: string): Promise<boolean> {
  const { nodes, claims } = await cluster.table.standing();
  const alive = new Set(nodes.filter(({ isAlive }) => isAlive).map((node) => node.id));
  const duties = 1 + cluster.hosts.length + (await cluster.store.datastores.count());
  if (alive.has(id) || claims.size < duties || ![...claims.values()].every((node) => alive.has(node))) return false;
  return (await cluster.store.operations.running()).every(({ node }) => node !== id);
}

async function isSpread(cluster: Cluster): Promise<boolean> {
  const { nodes, claims } = await cluster.table.standing();
  const alive = nodes.filter(({ isAlive }) => isAlive);
  if (alive.length !== cluster.nodes.length) return false;
  await sleep(LOOK_MS);
  return alive.every(({ id }) => [...claims.values()].includes(id));
}
