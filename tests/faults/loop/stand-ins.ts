// Loaded before the product: in the place of the mover's process, of FUSE and of long waits it finds what does the same in this process.
import { registerHooks } from 'node:module';

const here = (name: string): string => new URL(name, import.meta.url).href;
type StandIn = readonly [module: string, standIn: string];
const ALWAYS: readonly StandIn[] = [
  [here('../../../src/take-up.ts'), here('take-up-soon.ts')],
  [here('../../../src/api/server.ts'), here('server-here.ts')],
];
const ON_FAKES: readonly StandIn[] = [
  [here('../../../src/exec/mover.ts'), here('mover-here.ts')],
  [here('../../../src/fuse/mount.ts'), here('mount-here.ts')],
  [here('../../../src/exec/exec.ts'), here('exec-here.ts')],
];
const STAND_INS = process.env['ONEVAULT_LOOP_REAL'] === '1' ? ALWAYS : [...ALWAYS, ...ON_FAKES];

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const standIn = STAND_INS.find(([module]) => module === found.url)?.[1];
    // what stands in leans on what it stands for
    return standIn === undefined || context.parentURL === standIn ? found : { ...found, url: standIn };
  },
});
