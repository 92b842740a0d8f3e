// Four projects: `unit` is quick, parallel and needs nothing but Node; so does `compat`, which asks a whole daemon on fakes thousands of
// questions; `integration` starts real guests, mounts and backup
// programs on this machine, three files at a time: most of their time is waiting for guests and programs. Unit test files share what they load, which takes two thirds
// off: they leave no timer, mock or environment variable changed behind. `soak` is what takes too long for every change, and runs with
// `npm run soak:parts` alone.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Movers are programs of their own: their compiled code is kept, as the commands in bin/ keep theirs. */
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'var/compiled') };

/** What is waited for comes in milliseconds, and on a machine that others use as well when it comes: only what does not come at all fails. */
const PATIENT = { poll: { timeout: 120_000, interval: 100 } };
const QUICK = { poll: { timeout: 15_000 } };

/** Files that take minutes, the longest first: where no earlier run has told how long each takes, some would begin last and end alone. */
const LONG = [
  'faults/environment integration/libvirt-tracking integration/libvirt-life console/story integration/restic-transports',
  'integration/instant faults/ssh-cut integration/life integration/libvirt faults/kill console/pages',
  'integration/restore-matrix integration/chain-rules integration/ssh-hosts integration/chain-snapshot faults/transports',
  'integration/import integration/backup faults/loop/loop integration/rescan integration/copies integration/restic',
  'integration/chain-slices integration/cancel integration/chain-cbt integration/libvirt-adoption',
  'integration/libvirt-backups integration/disks integration/drill integration/freeze integration/postgres',
  'integration/postgres-daemon integration/rsync integration/in-place',
].flatMap((names) => names.split(' '));

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = LONG.findIndex((name) => moduleId.endsWith(`/tests/${name}.test.ts`));
      return place === -1 ? LONG.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

/**
 * Only the soak runs them: real guests for what others show with less, and three daemons whose leases end where a machine has other things
 * to do for seconds. Beside each, what shows the same in `./test`.
 */
const ONLY_LONG = [
  ...['tests/integration/in-place-guest.test.ts', 'tests/integration/restore-cost.test.ts'],
  ...['tests/integration/nodes.test.ts', 'tests/faults/loop/every.test.ts'],
  'tests/integration/states.test.ts', // unit/vm-life on the fake; integration/life and the contract of libvirt with guests
  'tests/integration/devices.test.ts', // unit/api-devices on the fake; the contract of libvirt with guests (libvirt-life)
  'tests/faults/job.test.ts', // integration/schedule with the real mover; src/backup/job-run and unit/api-jobs
];

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
            'tests/hostile/*.test.ts',
            'tests/golden/**/*.test.ts',
          ],
          exclude: ['**/*.property.test.ts'],
          pool: 'threads',
          isolate: false,
          setupFiles: ['tests/unit/quick-passwords.ts'],
          maxWorkers: 3, // of two processors, two left most of one to the checks that run beside
          testTimeout: 20_000,
          expect: QUICK,
        },
      },
      {
        test: {
          name: 'compat',
          include: ['tests/compat/**/*.test.ts', 'tests/fuzz/**/*.test.ts', 'tests/unit/**/*.property.test.ts'],
          pool: 'threads',
          isolate: false,
          setupFiles: ['tests/unit/quick-passwords.ts'],
          testTimeout: 20_000,
          expect: QUICK,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['integration', 'faults', 'hostile/programs'].map((folder) => `tests/${folder}/**/*.test.ts`),
          exclude: ONLY_LONG,
          pool: 'forks',
          globalSetup: ['tests/guest/setup.ts'],
          env,
          maxWorkers: 3,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: PATIENT,
        },
      },
      {
        test: {
          name: 'console',
          include: ['tests/console/**/*.test.ts'],
          pool: 'forks',
          globalSetup: ['tests/guest/setup.ts'],
          env,
          maxWorkers: 3, // as many as the integration tests have: else it would run after them, alone
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: PATIENT,
        },
      },
      {
        test: {
          name: 'soak',
          include: [
            ...['tests/soak/**/*.test.ts', 'tests/integration/flatten.test.ts', 'tests/integration/cancel.test.ts'],
            ...ONLY_LONG,
          ],
          pool: 'forks',
          globalSetup: ['tests/guest/setup.ts'],
          env,
          maxWorkers: 2,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          expect: PATIENT,
        },
      },
    ],
  },
});
