// What a worker with real movers has beside: one that breaks a call, and what it tells of that.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { MoverFault } from './cases.ts';
import type { Scene } from './scene.ts';

/** Whether this process has real movers, which store with restic. */
export const IS_REAL = process.env['ONEVAULT_LOOP_REAL'] === '1';

const PRELOAD = new URL('mover-faults.ts', import.meta.url).href;

export class FaultyMover {
  readonly #marker: string;

  /** The next mover that is started has the fault. */
  constructor(scene: Scene, fault: MoverFault) {
    this.#marker = join(scene.root, 'mover');
    for (const end of ['', '.made', '.broken']) rmSync(this.#marker + end, { force: true });
    process.env['NODE_OPTIONS'] = `--import=${PRELOAD} --disable-warning=ExperimentalWarning`;
    process.env['ONEVAULT_LOOP_MOVER'] = JSON.stringify({ ...fault, marker: this.#marker });
  }

  get isBroken(): boolean {
    return existsSync(`${this.#marker}.broken`);
  }

  /** How many calls it has made, and which was broken. Movers that are started from now on are whole. */
  end(): { made: number; broken?: string } {
    delete process.env['NODE_OPTIONS'];
    delete process.env['ONEVAULT_LOOP_MOVER'];
    if (!existsSync(`${this.#marker}.made`)) return { made: 0, ...(this.isBroken && { broken: 'a call' }) };
    return JSON.parse(readFileSync(`${this.#marker}.made`, 'utf8')) as { made: number; broken?: string };
  }
}
