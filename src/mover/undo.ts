// Steps that take back what a run has set up, last one first. Every step is tried, whatever happens to the others.
import { reasonOf } from '../model/errors.ts';

export class Undo {
  readonly #steps: Array<[what: string, step: () => Promise<unknown>]> = [];

  /** Adds a step; `what` names it when it fails. */
  push(what: string, step: () => Promise<unknown>): void {
    this.#steps.push([what, step]);
  }

  /** Takes everything back. Returns what could not be, in words. */
  async run(): Promise<string[]> {
    const failures: string[] = [];
    for (let entry = this.#steps.pop(); entry; entry = this.#steps.pop()) {
      const [what, step] = entry;
      try {
        await step();
      } catch (error) {
        failures.push(`could not ${what}: ${reasonOf(error)}`);
      }
    }
    return failures;
  }
}
