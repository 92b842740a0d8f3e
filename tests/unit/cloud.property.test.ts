// Whatever five users do, in whatever order, and whatever of it is refused, fails or is cancelled: the records fit together
// afterwards, and usage, members and leases are what the objects say. The whole daemon on fakes; `onevault fsck` is the judge.
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { look } from '../../src/fsck/run.ts';
import type { Value } from '../../src/wire/xmlrpc.ts';
import { FakeCloud, Refused } from './fake-cloud.ts';

const RUNS = Number(process.env.ONEVAULT_RUNS ?? 1);
const STEPS = 200;
const USERS = ['ann', 'bob', 'cid', 'dan', 'eve'];
/** Of what a refusal may say; anything else is a defect of its own. */
const CODES = new Set<Value | undefined>([0x200, 0x400, 0x800, 0x1000, 0x2000, 0x4000, 0x8000]);

interface Step {
  kind: keyof typeof KINDS;
  /** Who does it: mostly the object's owner, sometimes one of the others, or oneadmin. */
  who: number;
  /** Which object, image, user ... of those that there are. */
  a: number;
  b: number;
  /** Whether what is under way comes to its end before the next step. */
  wait: boolean;
}

type Act = (world: World, step: Step) => Promise<unknown>;
type PoolName = 'vms' | 'images' | 'templates' | 'backupJobs';

class World {
  readonly cloud: FakeCloud;
  readonly sessions: string[];
  backups = -1;
  broken = -1;
  network = -1;
  #owner: number | undefined;

  constructor(cloud: FakeCloud, sessions: string[]) {
    this.cloud = cloud;
    this.sessions = sessions;
  }

  /** Calls a method as whoever does the step: the owner of the object that was picked, every fourth time somebody else. */
  as({ who }: Step, method: string, ...params: Value[]): Promise<Value> {
    const owner = this.#owner === undefined || this.#owner === 0 ? undefined : this.#owner - 1;
    const index = owner === undefined || who % 4 === 0 ? who % this.sessions.length : owner;
    return this.cloud.callAs(this.sessions[index] ?? '', method, ...params);
  }

  /** The id of one of the newest objects of a pool, or rarely one that does not exist. The first one picked has the say. */
  async pick(pool: PoolName, which: number, states?: number[]): Promise<number> {
    const filter = pool === 'vms' ? { notState: 6 } : { ...(states && { states }) };
    const all = await this.cloud.store[pool].list({ limit: 30, ...filter });
    const own = all.filter(({ uid }) => uid === this.#owner);
    const objects = states && own.length > 0 ? own : all.slice(0, 12);
    const object = which % 40 === 0 ? undefined : objects[which % Math.max(1, objects.length)];
    if (object) this.#owner ??= object.uid;
    return object?.id ?? 9999;
  }

  /** The id of a backup. */
  async pickBackup(which: number): Promise<number> {
    const backups = (await this.cloud.store.images.list()).filter(({ type }) => type === 6);
    const backup = backups[which % Math.max(1, backups.length)];
    if (backup) this.#owner ??= backup.uid;
    return backup?.id ?? 9999;
  }

  async step(step: Step): Promise<void> {
    this.#owner = undefined;
    await KINDS[step.kind](this, step);
  }

  /** Waits until no VM is between two states and no image is being made. */
  async quiet(limitMs: number): Promise<void> {
    for (const end = Date.now() + limitMs; Date.now() < end; await sleep(10)) {
      const vms = await this.cloud.store.vms.list({ states: [1, 3] });
      const between = vms.some(({ state, lcmState }) => state === 1 || (lcmState !== 3 && lcmState < 36));
      const making = await this.cloud.store.images.count({ states: [4] });
      const running = await this.cloud.store.operations.running();
      if (!between && making === 0 && running.length === 0) return;
    }
  }
}

let counter = 0;
const fresh = (what: string): string => `${what}-${counter++}`;
const uid = (which: number): number => 2 + (which % USERS.length);
const DISK_SIZE = 1;
/** READY and USED. */
const USABLE = [1, 2];

const KINDS = {
  image: (world, step) =>
    world.as(
      step,
      'one.image.allocate',
      `NAME="${fresh('image')}"\nSIZE="${DISK_SIZE}"\nFORMAT="${step.a % 2 === 0 ? 'raw' : 'qcow2'}"\nPERSISTENT="${step.b % 2 === 0 ? 'YES' : 'NO'}"`,
      1,
    ),
  vm: async (world, step) => {
    const images = [await world.pick('images', step.a, USABLE), await world.pick('images', step.b, USABLE)];
    const disks = images.slice(0, 1 + (step.a % 2)).map((id) => `DISK=[ IMAGE_ID="${id}" ]`);
    const nic = step.b % 3 === 0 ? `NIC=[ NETWORK_ID="${world.network}" ]` : '';
    return world.as(step, 'one.vm.allocate', `CPU="0.5"\nMEMORY="16"\n${disks.join('\n')}\n${nic}`, step.b % 5 === 0);
  },
  volatileVm: (world, step) =>
    world.as(step, 'one.vm.allocate', `CPU="1"\nMEMORY="8"\nDISK=[ TYPE="fs", SIZE="1", FORMAT="raw" ]`, false),
  template: (world, step) =>
    world.as(step, 'one.template.allocate', `NAME="${fresh('template')}"\nCPU="1"\nMEMORY="16"`),
  instantiate: async (world, step) =>
    world.as(step, 'one.template.instantiate', await world.pick('templates', step.a), '', false, '', false),
  action: async (world, step) => {
    const names = ['poweroff-hard', 'resume', 'suspend', 'stop', 'undeploy-hard', 'reboot-hard', 'hold', 'release'];
    return world.as(step, 'one.vm.action', names[step.b % names.length] ?? '', await world.pick('vms', step.a));
  },
  terminate: async (world, step) => world.as(step, 'one.vm.action', 'terminate-hard', await world.pick('vms', step.a)),
  recover: async (world, step) => world.as(step, 'one.vm.recover', await world.pick('vms', step.a), step.b % 6),
  backup: async (world, step) =>
    world.cloud.call('one.vm.backup', await world.pick('vms', step.a), world.backups, false),
  failingBackup: async (world, step) =>
    world.cloud.call('one.vm.backup', await world.pick('vms', step.a), world.broken, false),
  cancel: async (world, step) => world.cloud.call('one.vm.backupcancel', await world.pick('vms', step.a)),
  restore: async (world, step) => world.as(step, 'one.image.restore', await world.pickBackup(step.a), 1, ''),
  chownVm: async (world, step) =>
    world.cloud.call('one.vm.chown', await world.pick('vms', step.a), uid(step.b), step.b % 2),
  chownImage: async (world, step) =>
    world.cloud.call('one.image.chown', await world.pick('images', step.a), uid(step.b), -1),
  chmodImage: async (world, step) =>
    world.as(step, 'one.image.chmod', await world.pick('images', step.a), -1, -1, -1, step.b % 2, -1, -1, 1, -1, -1),
  cloneImage: async (world, step) =>
    world.as(step, 'one.image.clone', await world.pick('images', step.a), fresh('clone'), -1),
  deleteImage: async (world, step) => world.as(step, 'one.image.delete', await world.pick('images', step.a)),
  deleteTemplate: async (world, step) =>
    world.as(step, 'one.template.delete', await world.pick('templates', step.a), step.b % 4 === 0),
  attach: async (world, step) =>
    world.as(
      step,
      'one.vm.attach',
      await world.pick('vms', step.a),
      `DISK=[ IMAGE_ID="${await world.pick('images', step.b, USABLE)}" ]`,
    ),
  detach: async (world, step) => world.as(step, 'one.vm.detach', await world.pick('vms', step.a), step.b % 4),
  nic: async (world, step) =>
    world.as(step, 'one.vm.attachnic', await world.pick('vms', step.a), `NIC=[ NETWORK_ID="${world.network}" ]`),
  dropNic: async (world, step) => world.as(step, 'one.vm.detachnic', await world.pick('vms', step.a), step.b % 3),
  resizeDisk: async (world, step) => world.as(step, 'one.vm.diskresize', await world.pick('vms', step.a), 0, '2'),
  saveAs: async (world, step) =>
    world.as(step, 'one.vm.disksaveas', await world.pick('vms', step.a), 0, fresh('saved'), '', -1),
  snapshot: async (world, step) =>
    world.as(step, 'one.vm.disksnapshotcreate', await world.pick('vms', step.a), 0, fresh('snapshot')),
  lock: async (world, step) =>
    world.as(step, 'one.image.lock', await world.pick('images', step.a), 1 + (step.b % 4), false),
  unlock: async (world, step) => world.as(step, 'one.image.unlock', await world.pick('images', step.a)),
  quota: (world, step) =>
    world.cloud.call(
      'one.user.quota',
      uid(step.a),
      `VM=[ VMS="${8 + (step.b % 20)}" ]\nDATASTORE=[ ID="1", SIZE="${10 + (step.b % 60)}" ]`,
    ),
  job: async (world, step) =>
    world.cloud.call(
      'one.backupjob.allocate',
      `NAME="${fresh('job')}"\nDATASTORE_ID="${world.backups}"\nBACKUP_VMS="${await world.pick('vms', step.a)}"`,
    ),
  deleteJob: async (world, step) => world.cloud.call('one.backupjob.delete', await world.pick('backupJobs', step.a)),
  restart: async (world) => {
    await world.cloud.stop();
    await world.cloud.start();
  },
} satisfies Record<string, Act>;

/** What happens often, and what seldom. */
const WEIGHTS: Partial<Record<keyof typeof KINDS, number>> = {
  image: 12,
  vm: 12,
  action: 14,
  backup: 6,
  failingBackup: 3,
  chownVm: 6,
  chownImage: 6,
  attach: 6,
  restart: 1,
  restore: 2,
  recover: 2,
  job: 1,
  deleteJob: 1,
};

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      ...(Object.keys(KINDS) as Array<keyof typeof KINDS>).map((kind) => ({
        weight: WEIGHTS[kind] ?? 4,
        arbitrary: fc.constant(kind),
      })),
    ),
    who: fc.nat(USERS.length),
    a: fc.nat(1000),
    b: fc.nat(1000),
    wait: fc.boolean(),
  }),
  { minLength: STEPS, maxLength: STEPS },
);

async function open(): Promise<World> {
  const cloud = await FakeCloud.open();
  clouds.push(cloud);
  await cloud.host();
  const sessions = [cloud.session];
  for (const name of USERS) sessions.push(await cloud.user(name));
  const world = new World(cloud, sessions);
  world.backups = await cloud.id('one.datastore.allocate', 'NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
  world.broken = await cloud.id(
    'one.datastore.allocate',
    'NAME="broken"\nTYPE="BACKUP_DS"\nDS_MAD="fake"\nFAKE_FAIL_AFTER_BYTES="1000"',
    -1,
  );
  world.network = await cloud.id(
    'one.vn.allocate',
    'NAME="net"\nVN_MAD="bridge"\nBRIDGE="br0"\nAR=[ TYPE="IP4", IP="10.0.0.1", SIZE="20" ]',
    -1,
  );
  await cloud.call('one.vn.chmod', world.network, -1, -1, -1, -1, -1, -1, 1, -1, -1);
  return world;
}

/** Waits until nothing is under way: no run, no VM or image between two states. */
async function settled({ cloud }: World): Promise<void> {
  await cloud.until(
    'everything has settled',
    async () => {
      const running = await cloud.store.operations.running();
      const locked = await cloud.store.images.count({ states: [4] });
      return running.length === 0 && locked === 0;
    },
    60_000,
  );
  await cloud.stop(); // ends what is between two states, as a daemon does that is stopped
}

const clouds: FakeCloud[] = [];
afterEach(async () => {
  for (const cloud of clouds.splice(0)) await cloud.close();
});

it(
  `${STEPS} random steps of five users leave records that fit together`,
  async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const world = await open();
        const outcomes = new Map<string, number>();
        for (const step of taken) {
          const outcome = await world.step(step).then(
            () => 'done',
            (error: unknown) => {
              if (!(error instanceof Refused) || !CODES.has(error.code)) throw error;
              if (process.env.ONEVAULT_VERBOSE) console.log(step.kind, error.message);
              return 'refused';
            },
          );
          const key = `${step.kind} ${outcome}`;
          outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
          if (step.wait) await world.quiet(1000);
        }
        await settled(world);
        const { findings } = await look(world.cloud.config);
        expect(findings.map(({ text }) => text)).toEqual([]);
        const unexpected = world.cloud.log.filter((line) => line.includes('failed unexpectedly'));
        expect(unexpected).toEqual([]);
        if (process.env.ONEVAULT_VERBOSE) console.log(Object.fromEntries([...outcomes].toSorted()));
      }),
      {
        numRuns: RUNS,
        endOnFailure: true,
        ...(process.env.ONEVAULT_SEED && { seed: Number(process.env.ONEVAULT_SEED) }),
      },
    );
  },
  120_000 * RUNS,
);
