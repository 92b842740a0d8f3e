// Loaded before the product: in the place of the mover's process, of FUSE and of long waits it finds what does the same in this process.
import { registerHooks } from 'node:module';

const here = (name: string): string => new URL(name, import.meta.url).href;
const STAND_INS: ReadonlyArray<readonly [module: string, standIn: string]> = [
  [here('../../../src/exec/mover.ts'), here('mover-here.ts')],
  [here('../../../src/fuse/mount.ts'), here('mount-here.ts')],
  [here('../../../src/take-up.ts'), here('take-up-soon.ts')],
  [here('../../../src/exec/exec.ts'), here('exec-here.ts')],
  [here('../../../src/api/server.ts'), here('server-here.ts')],
];

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const standIn = STAND_INS.find(([module]) => module === found.url)?.[1];
    // what stands in leans on what it stands for
    return standIn === undefined || context.parentURL === standIn ? found : { ...found, url: standIn };
  },
});
