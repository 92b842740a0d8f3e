// In the place of src/take-up.ts: a run that broke is taken up at once, not after seconds.
import { TakeUp as Real, type RunningServices } from '../../../src/take-up.ts';

export type { RunningServices };

const BROKEN_MS = 10;

export class TakeUp extends Real {
  constructor(services: RunningServices) {
    super(services, BROKEN_MS);
  }
}
