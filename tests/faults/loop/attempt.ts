// One case: a flow on a daemon, of which one call is broken, and what is found afterwards.
import { machinesNow, wrongAfter } from './aftermath.ts';
import { isKind, type Ending, type Fault, type Mode, type MoverFault } from './cases.ts';
import type { Flow } from './flows.ts';
import { compared } from './points.ts';
import { crashes } from './patch.ts';
import { FaultyMover, IS_REAL } from './real.ts';
import type { Daemon, Scene } from './scene.ts';

/** What is broken; nothing is a flow that is whole. */
export interface What {
  fault?: Fault;
  mover?: MoverFault;
}

export interface Outcome {
  /** Calls of the first mover, where it is a real one. */
  moverCalls: number;
  calls: readonly string[];
  broken: string | undefined;
  ending: Ending;
  wrong: string[];
}

export interface How {
  /** Where all is in order, and no daemon has died, no other one is started to look at it. */
  thin: boolean;
  /** The points that are there in the end are restored and compared. */
  compares: boolean;
}

export async function attempt(scene: Scene, flow: Flow, what: What, how: How): Promise<Outcome> {
  const { thin, compares } = how;
  const { fault } = what;
  scene.back(flow.from);
  const daemon = await scene.start();
  const before = await machinesNow(scene, daemon);
  const known = new Set((await daemon.look((store) => store.operations.recent(100))).map(({ id }) => id));
  const mover = IS_REAL ? new FaultyMover(scene, what.mover ?? { at: -1, mode: 'fail' }) : undefined;
  let cancelled = Promise.resolve<unknown>(undefined);
  daemon.calls.cancel = (): void => {
    cancelled = cancel(daemon, flow);
  };
  const wrong: string[] = [];
  const answer = { refused: false };
  if (fault) daemon.calls.break(fault);
  daemon.calls.everything = flow.byTicks ?? false;
  const asked = daemon.call(flow.method, flow.params, 'flow').catch((error: unknown) => {
    answer.refused = true; // a failure may be told at once
    if (!fault && !what.mover) wrong.push(`refused: ${String(error)}`);
  });
  try {
    await rest(daemon, flow, asked, what, mover);
    await cancelled;
  } catch (error) {
    if (!daemon.calls.dead) wrong.push(String(error));
  }
  if (!daemon.calls.dead) wrong.push(...crashed());
  crashes.length = 0; // those of a dead daemon
  const { made: calls } = daemon.calls;
  const lives = !daemon.calls.dead && modeOf(what) !== 'hang' && wrong.length === 0;
  const ended = lives ? await endingOf(daemon, known, flow) : undefined;
  if (lives && thin && !compares && (await wrongAfter(scene, daemon, before, false)).length === 0) {
    await daemon.die();
    return {
      calls,
      broken: daemon.calls.broken,
      moverCalls: 0,
      ending: daemon.broke > 0 ? 'again' : answer.refused ? 'failed' : ended!,
      wrong,
    };
  }
  await daemon.die();
  const told = mover?.end();
  const next = await scene.start();
  const repaired = next.services.operations.running(() => true) || (await hasLeft(next, known));
  try {
    await next.idle();
    wrong.push(...(await wrongAfter(scene, next, before, true)));
    if (compares && wrong.length === 0) wrong.push(...(await compared(next, flow)));
  } catch (error) {
    wrong.push(String(error));
  }
  wrong.push(...crashed());
  const after = await endingOf(next, known, flow);
  await next.die();
  const ending =
    repaired && !ended ? 'restart' : daemon.broke > 0 ? 'again' : answer.refused && ended ? 'failed' : (ended ?? after);
  return { calls, broken: daemon.calls.broken ?? told?.broken, moverCalls: told?.made ?? 0, ending, wrong };
}

const crashed = (): string[] => crashes.splice(0).map((why) => `the daemon would have ended: ${why}`);

const modeOf = ({ fault, mover }: What): Mode | undefined => fault?.mode ?? mover?.mode;

async function cancel(daemon: Daemon, flow: Flow): Promise<unknown> {
  await new Promise((resolve) => setImmediate(resolve));
  const [method, params] = await daemon.look((store) => flow.cancel!(store));
  // it may have ended, or not have begun
  return daemon.call(method, params).catch(() => undefined);
}

/** Until nothing goes on any more. A flow that is whole comes to its end. */
async function rest(
  daemon: Daemon,
  flow: Flow,
  asked: Promise<unknown>,
  what: What,
  mover?: FaultyMover,
): Promise<void> {
  const dead = new Promise<void>((resolve) => daemon.calls.atDeath(resolve));
  const mode = modeOf(what);
  const comes = async (): Promise<void> => {
    if (mode === undefined) await daemon.until(`${flow.passes} is made`, () => Promise.resolve(passed(daemon, flow)));
    await daemon.idle();
  };
  const over = asked.then(comes);
  over.catch(() => undefined); // told below, or the daemon is given up
  if (mode !== 'hang') return Promise.race([over, dead]);
  const isBroken = (): boolean => daemon.calls.broken !== undefined || mover?.isBroken === true;
  const hangs = daemon.until('the call is made', () => Promise.resolve(isBroken()));
  hangs.catch(() => undefined);
  await Promise.race([over, dead, hangs.then(() => daemon.quiet())]);
  if (!daemon.calls.dead) await daemon.call('one.vmpool.info', [-2, -1, -1, -1], 'watcher');
}

/** A real mover's start is that of a program. */
const passed = (daemon: Daemon, { passes }: Flow): boolean =>
  daemon.calls.made.some((made) => isKind(made, IS_REAL && passes.startsWith('mover.') ? 'process.spawn' : passes));

async function hasLeft(daemon: Daemon, known: ReadonlySet<string>): Promise<boolean> {
  const operations = await daemon.look((store) => store.operations.recent(100));
  return operations.some(({ id, interrupted, result }) => !known.has(id) && (interrupted || result === 'running'));
}

async function endingOf(daemon: Daemon, known: ReadonlySet<string>, flow: Flow): Promise<Ending> {
  return daemon.look(async (store) => {
    const runs = (await store.operations.recent(100)).filter(({ id, kind }) => !known.has(id) && kind !== 'prune');
    if (runs.some(({ result }) => result !== 'done')) return 'failed';
    if (runs.length > 0) return 'well';
    return flow.name === 'delete' && (await store.images.find(1)) === undefined ? 'well' : 'nothing';
  });
}
