// Four projects: `unit` is quick, parallel and needs nothing but Node; so does `compat`, which asks a whole daemon on fakes thousands of
// questions; `integration` starts real guests, mounts and backup
// programs on this machine, three files at a time: most of their time is waiting for guests and programs. Unit test files share what they load, which takes two thirds
// off: they leave no timer, mock or environment variable changed behind. `soak` is what takes too long for every change, and runs with
// `npm run soak` alone.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Movers are programs of their own: their compiled code is kept, as the commands in bin/ keep theirs. */
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'var/compiled') };

/** Files that take minutes and are a few lines: where no earlier run has told how long each takes, they would begin last and end alone. */
const LONG = ['libvirt-life', 'libvirt-tracking', 'libvirt-backups', 'chain-cbt', 'chain-snapshot'];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      LONG.some((name) => moduleId.endsWith(`/integration/${name}.test.ts`));
    return (await super.sort(files)).toSorted((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
}

/** Real guests for what others show with less: only the soak runs them. */
const ONLY_LONG = ['tests/integration/in-place-guest.test.ts', 'tests/integration/restore-cost.test.ts'];

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'web/src/**/*.test.ts',
            'tests/unit/**/*.test.ts',
            'tests/foundation/**/*.test.ts',
            'tests/golden/**/*.test.ts',
          ],
          exclude: ['**/*.property.test.ts'],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'compat',
          include: ['tests/compat/**/*.test.ts', 'tests/fuzz/**/*.test.ts', 'tests/unit/**/*.property.test.ts'],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts', 'tests/faults/**/*.test.ts'],
          exclude: ONLY_LONG,
          pool: 'forks',
          globalSetup: ['tests/guest/setup.ts'],
          env,
          maxWorkers: 3,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'console',
          include: ['tests/console/**/*.test.ts'],
          pool: 'forks',
          globalSetup: ['tests/guest/setup.ts'],
          env,
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'soak',
          include: [
            ...['tests/soak/**/*.test.ts', 'tests/integration/flatten.test.ts', 'tests/faults/job.test.ts'],
            ...['tests/integration/cancel.test.ts', ...ONLY_LONG],
          ],
          pool: 'forks',
          globalSetup: ['tests/guest/setup.ts'],
          env,
          maxWorkers: 2,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
