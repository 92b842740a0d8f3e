// Every outside call of seven flows fails, hangs, or is the last thing that happens: afterwards a daemon that starts anew has all in order.
// ONEVAULT_FAULT=flow:number:mode runs one case; ONEVAULT_SEED and ONEVAULT_FAULTS say which and how many are tried, 0 for all.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { machinesNow, wrongAfter } from './aftermath.ts';
import { patch, type Mode } from './calls.ts';
import { FLOWS, prepare, type Flow } from './flows.ts';
import { Scene, type Daemon } from './scene.ts';

vi.mock('../../../src/exec/mover.ts', async (original) => ({
  ...(await original<object>()),
  moverResult: (await import('./in-process.ts')).moverHere,
}));
vi.mock('../../../src/fuse/mount.ts', async (original) => ({
  ...(await original<object>()),
  mountDirectory: (await import('./in-process.ts')).writtenOut,
  clearMount: (await import('./in-process.ts')).clearedOut,
}));

let scene: Scene;
beforeAll(async () => {
  await patch();
  scene = await Scene.open();
  await prepare(scene);
});
afterAll(() => scene.close());

/** Long enough for most flows to come to where nothing goes on; what is still under way then dies with the rest. */
const HANG_MS = 150;
const FAIL_MS = 3000;

interface Outcome {
  calls: readonly string[];
  broken: string | undefined;
  repaired: number;
  wrong: string[];
}

async function attempt(flow: Flow, at: number, mode: Mode): Promise<Outcome> {
  await scene.back(flow.from);
  const daemon = await scene.start();
  const before = await machinesNow(scene, daemon);
  daemon.calls.break(at, mode);
  daemon.calls.everything = flow.byTicks ?? false;
  const wrong: string[] = [];
  const asked = daemon.call(flow.method, flow.params, true).then(
    () => undefined,
    (error: unknown) => (at === -1 ? wrong.push(`refused: ${String(error)}`) : undefined), // a failure may be told at once
  );
  await ended(daemon, asked, flow, at === -1 ? undefined : mode);
  if (mode === 'hang' && !daemon.calls.dead) await daemon.call('one.vmpool.info', [-2, -1, -1, -1]);
  await daemon.die();
  return aftermath(daemon, before, wrong);
}

/** A whole flow ends; one that was broken has so long to end by itself, and what is left then is the next daemon's. */
async function ended(daemon: Daemon, asked: Promise<unknown>, flow: Flow, mode: Mode | undefined): Promise<void> {
  const dead = new Promise<void>((resolve) => daemon.calls.atDeath(resolve));
  const over = asked
    .then(() => (daemon.calls.dead ? undefined : daemon.until(`${flow.passes} is made`, () => passed(daemon, flow))))
    .then(() => (daemon.calls.dead ? undefined : daemon.idle()))
    .catch((error: unknown) => {
      if (!daemon.calls.dead) throw error;
    });
  const limit = new Promise<void>((resolve) => setTimeout(resolve, mode === 'hang' ? HANG_MS : FAIL_MS));
  await Promise.race(mode === undefined ? [over] : [over, dead, limit]);
  over.catch(() => undefined); // told above, or the daemon is given up
}

const passed = (daemon: Daemon, { passes }: Flow): Promise<boolean> =>
  Promise.resolve(daemon.calls.made.includes(passes));

async function aftermath(daemon: Daemon, before: string, wrong: string[]): Promise<Outcome> {
  const { made: calls, broken } = daemon.calls;
  const next = await scene.start();
  const repaired = next.services.operations.running(() => true) ? 1 : 0;
  try {
    await next.idle();
    wrong.push(...(await wrongAfter(scene, next, before)));
  } catch (error) {
    wrong.push(String(error));
  }
  await next.stop();
  return { calls, broken, repaired, wrong };
}

it.each(FLOWS.map((flow) => [flow.name, flow] as const))('%s', { timeout: 3_600_000 }, async (name, flow) => {
  const whole = await attempt(flow, -1, 'fail');
  expect(whole.wrong).toEqual([]);
  expect(whole.calls).toContain(flow.passes);
  const [only, number, mode] = (process.env['ONEVAULT_FAULT'] ?? '').split(':');
  if (only && only !== name) return;
  const cases = only ? [[Number(number), mode as Mode] as const] : casesOf(whole.calls);
  const wrong: string[] = [];
  const said = { tried: 0, repaired: 0 };
  for (const [at, how] of cases) {
    const { broken, repaired, wrong: found } = await attempt(flow, at, how);
    said.tried += 1;
    said.repaired += repaired;
    if (found.length > 0) {
      const line = `ONEVAULT_FAULT=${name}:${at}:${how} (${broken ?? 'not reached'}): ${found.join('; ')}`;
      console.log(line);
      wrong.push(line);
    }
  }
  const kinds = Object.entries(Object.groupBy(whole.calls, (call) => call.split('.')[0] ?? ''));
  const counted = kinds.map(([kind, calls]) => `${kind} ${calls?.length ?? 0}`).join(', ');
  console.log(
    `${name}: ${whole.calls.length} calls (${counted}); ${said.tried} cases, ${said.repaired} repaired at the start`,
  );
  expect(wrong).toEqual([]);
});

/** All cases, or as many as are asked for, evenly spread from where the seed says. */
function casesOf(calls: readonly string[]): Array<readonly [number, Mode]> {
  const all = calls.flatMap((_call, at) => (['fail', 'die', 'hang'] as const).map((mode) => [at, mode] as const));
  const most = Number(process.env['ONEVAULT_FAULTS'] ?? '24');
  if (most === 0 || most >= all.length) return all;
  const seed = Number(process.env['ONEVAULT_SEED'] ?? '1');
  const step = all.length / most;
  return Array.from({ length: most }, (_none, index) => all[Math.floor(index * step + seed) % all.length]!);
}
