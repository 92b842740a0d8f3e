// A process that tries cases, one after the other, as its parent says.
import './stand-ins.ts';
import type { How, Outcome, What } from './attempt.ts';

export interface Order extends How {
  flow: string;
  what: What;
}

export type Told = Outcome & { ms: number };

const { patch } = await import('./patch.ts');
await patch();
const { Scene } = await import('./scene.ts');
const { FLOWS, prepare } = await import('./flows.ts');
const { attempt } = await import('./attempt.ts');

const scene = await Scene.open();
process.on('exit', () => scene.close());
process.on('disconnect', () => process.exit(0));
await prepare(scene);

process.on('message', (order: Order) => {
  const from = performance.now();
  const flow = FLOWS.find(({ name }) => name === order.flow)!;
  attempt(scene, flow, order.what, order).then(
    (outcome) => process.send!({ ...outcome, ms: performance.now() - from } satisfies Told),
    (error: unknown) => {
      const wrong = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
      const nothing = { calls: [], moverCalls: 0, broken: 'unknown', ending: 'nothing', wrong, ms: 0 } as const;
      process.send!(nothing satisfies Told);
    },
  );
});
process.send!('ready');
