// In the place of src/exec/mover.ts: movers run in this process.
export * from '../../../src/exec/mover.ts';
export { moverHere as moverResult } from './in-process.ts';
