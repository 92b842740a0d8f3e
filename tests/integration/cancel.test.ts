// A cancel at each step of each kind of run: it has ended soon (npm run soak:parts: within two seconds), as cancelled, and the guest and the repository are as if
// the run had never been; the next backup goes on with the chain. A store that is slow holds a run in the step that is wanted.
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation, OperationKind } from '../../src/model/operation.ts';
import { agentAnswers, freezeStatus } from '../guest/agent-channel.ts';
import type { GuestConsole } from '../guest/console.ts';
import { diskFiles, expectNothingLeft } from '../faults/aftermath.ts';
import { processesWhere } from '../faults/processes.ts';
import { Cloud, STATE } from './cloud.ts';

const ALL_PHASES = ['waiting', 'preparing the store', 'fixing the instant', 'reading block status', 'uploading'];
/** The hanging agent below is in the phase of the instant; one that waits is cancelled in schedule.test.ts, a merge in flatten.test.ts. */
const SOME_PHASES = ['uploading'];
const LONG = process.env['ONEVAULT_LONG'] !== undefined;
if (!LONG)
  process.stdout.write(
    'Cancels uploads and what hangs, no merge and no layers; npm run soak:parts, or ONEVAULT_LONG=1, has all.\n',
  );
/** From the call that cancels to the recorded end of the run. Beside other tests nobody knows how long a processor is waited for. */
const LIMIT_MS = LONG ? 2000 : 60_000;
const SLOW_KIB = 400;
const NEW_MIB = 6;

let cloud: Cloud;
let vmId: number;
let chain: number;
let disks: string;
let guest: GuestConsole;

beforeAll(async () => {
  cloud = await Cloud.open(84000);
  const { rootImage, dataImage } = cloud.guest;
  const root = await cloud.image('root', { path: rootImage, format: 'raw', persistent: false });
  const data = await cloud.image('data', { path: dataImage, format: 'raw', persistent: false });
  const config = 'FEATURES=[ GUEST_AGENT="yes" ]\nBACKUP_CONFIG=[ MODE="INCREMENT", FS_FREEZE="AGENT" ]';
  vmId = await cloud.vm([root, data], config);
  guest = await cloud.console(vmId);
  await agentAnswers(`one-${vmId}`);
  await write();
  chain = (await cloud.backup(vmId)).imageIds[0] ?? -1;
  disks = await diskFiles(vmId);
});

afterAll(async () => {
  await guest.close();
  await cloud.close();
});

/** What takes a while to store in a slow store. */
async function write(mib = NEW_MIB): Promise<void> {
  await guest.run(`dd if=/dev/urandom of=/data/blob bs=1M count=${mib} conv=fsync 2>/dev/null`);
}

async function slow(yes: boolean): Promise<void> {
  await cloud.call('one.datastore.update', cloud.backups, `RESTIC_BWLIMIT="${yes ? SLOW_KIB : 1_000_000}"`, 1);
}

async function configure(config: string): Promise<void> {
  await cloud.call('one.vm.updateconf', vmId, `BACKUP_CONFIG=[ ${config} ]`, 1);
}

interface Followed {
  noun: 'vm' | 'image';
  id: number;
  kind?: OperationKind;
  /** What is waited for before the cancel. */
  first?: () => Promise<void>;
  cancel: () => Promise<unknown>;
}

/** Follows a run, cancels it as soon as it is where it should be, and expects it to end as cancelled in time. */
async function cancelled(what: string, run: Followed, when: (operation: Operation) => boolean): Promise<Operation> {
  let askedAt = 0;
  let asking: Promise<unknown> | undefined;
  const ask = async (): Promise<void> => {
    await run.first?.();
    askedAt = Date.now();
    await run.cancel();
  };
  const seen = (operation: Operation): void => {
    if (asking === undefined && operation.result === 'running' && when(operation)) asking = ask();
  };
  const operation = await cloud.follow(run.noun, run.id, seen, undefined, run.kind);
  if (asking === undefined)
    throw new Error(`${what}: it never came to where it was to be cancelled: ${operation.reason}`);
  await asking;
  const tookMs = operation.endedAt - askedAt;
  process.stdout.write(`cancelled ${what}: ended after ${tookMs} ms: ${operation.reason}\n`);
  expect(operation).toMatchObject({ result: 'cancelled', phase: 'cancelled', cleaned: true });
  expect(operation.reason).toMatch(/^It was cancelled\./);
  const crowd = LONG ? Math.max(1, (loadavg()[0] ?? 1) / availableParallelism()) : 1;
  expect(tookMs, `${what} took too long; ${crowd.toFixed(1)} want each processor`).toBeLessThan(LIMIT_MS * crowd);
  return operation;
}

const onVm = (): Followed => ({ noun: 'vm', id: vmId, cancel: () => cloud.call('one.vm.backupcancel', vmId) });
const onImage = (id: number, kind: OperationKind): Followed => ({
  ...{ noun: 'image', id, kind },
  cancel: () => cloud.call('one.image.cancel', id),
});

async function expectUnlocked({ id }: Operation): Promise<void> {
  // others may be at work there, but a lock that was left stays
  const locks = (): Promise<string> => cloud.restic('list', 'locks', '--no-lock');
  await expect.poll(locks, { interval: 500 }).toBe('');
  expect((await cloud.snapshots()).filter(({ tags }) => tags.includes(id))).toEqual([]);
  await expect.poll(() => processesWhere((command) => command.includes(id))).toEqual([]);
}

/** The guest is where it was, and nothing of a backup is left. */
async function expectFree(operation: Operation, on = disks): Promise<void> {
  await expectUnlocked(operation);
  const vm = await cloud.info('vm', vmId);
  expect([vm.textOf('STATE'), vm.textOf('LCM_STATE')]).toEqual(['3', STATE.RUNNING]);
  expect(vm.textOf('USER_TEMPLATE/ERROR')).toBe('');
  await expectNothingLeft(cloud, vmId, operation, on);
  await guest.run('echo alive > /data/alive; sync');
  expect(await freezeStatus(`one-${vmId}`)).toBe('thawed');
}

/** The next backup is an increment of the same chain. */
async function expectNextIncrement(): Promise<void> {
  await slow(false);
  const operation = await cloud.backup(vmId);
  expect(operation.imageIds).toEqual([chain]);
  expect((await cloud.info('vm', vmId)).textOf('BACKUPS/LAST_BACKUP/TYPE')).toBe('INCREMENT');
}

async function cancelBackup(what: string, when: (operation: Operation) => boolean): Promise<void> {
  await write();
  await slow(true);
  await cloud.call('one.vm.backup', vmId, cloud.backups, false);
  await expectFree(await cancelled(what, onVm(), when));
  await expectNextIncrement();
}

const inPhase =
  (wanted: string) =>
  ({ phase }: Operation): boolean =>
    phase === wanted;

describe.runIf(LONG)('what is done with a chain', () => {
  it('a merge, which is begun again by the next backup', async () => {
    await slow(false);
    await cloud.call('one.datastore.update', cloud.backups, 'FLATTEN_SHARE="1"', 1);
    await configure('KEEP_LAST="1"');
    const stores = (operation: Operation): boolean =>
      operation.phase === 'uploading' && operation.disks.some(({ bytesDone }) => bytesDone > 0);
    await write(1);
    await slow(true);
    await expectUnlocked(await cancelled('a merge', await flattenOf(), stores));
    expect((await cloud.info('image', chain)).textOf('TEMPLATE/ERROR')).toBe('');
    expect((await cloud.lastRun('image', chain)).result).toBe('cancelled');
    await expectNextIncrement();
    await flattenOf(false);
    expect((await cloud.follow('image', chain, undefined, undefined, 'flatten')).result).toBe('done');
    await configure('KEEP_LAST="0"'); // and nothing is merged beside the others
  });
});

describe('a backup that is cancelled', () => {
  it.each(LONG ? ALL_PHASES : SOME_PHASES)('in the phase %s', async (phase) =>
    cancelBackup(`a backup, ${phase}`, inPhase(phase)),
  );

  it.runIf(LONG)('when much is stored', async () => {
    const passed = ({ disks }: Operation): boolean => disks.some(({ bytesDone }) => bytesDone >= NEW_MIB * 2 ** 19);
    await cancelBackup('a backup, much stored', passed);
  });

  it('while the guest agent hangs', async () => {
    await guest.run('killall -STOP qemu-ga');
    await cloud.call('one.vm.backup', vmId, cloud.backups, false);
    const asks = (command: string): boolean => /^virsh .* domtime /.test(command) && command.includes(`one-${vmId}`);
    const first = async (): Promise<void> => {
      await cloud.until('the agent is asked', () => Promise.resolve(processesWhere(asks).length > 0));
      await sleep(300); // libvirt has passed that on by then
    };
    const operation = await cancelled('a backup, the agent hangs', { ...onVm(), first }, inPhase('fixing the instant'));
    await guest.run('killall -CONT qemu-ga');
    await agentAnswers(`one-${vmId}`);
    await expectFree(operation);
    await expectNextIncrement();
  });

  it('when it is stored already is done, and its cancel is refused', async () => {
    let refusal: Promise<unknown> | undefined;
    await cloud.call('one.vm.backup', vmId, cloud.backups, false);
    const operation = await cloud.follow('vm', vmId, ({ phase }) => {
      if (phase === 'settling') refusal ??= cloud.call('one.vm.backupcancel', vmId).catch((error: unknown) => error);
    });
    expect(operation.result).toBe('done');
    expect(String(await refusal)).toMatch(/cannot be cancelled: it is stored already|no backup in progress/);
  });
});

describe('what is done with a backup', () => {
  it('a verification', async () => {
    await slow(true);
    await cloud.call('one.image.verify', chain, -1);
    const reading = ({ disks: [disk] }: Operation): boolean => (disk?.bytesDone ?? 0) > 0;
    await expectUnlocked(await cancelled('a verification', onImage(chain, 'verify'), reading));
    expect((await cloud.info('image', chain)).textOf('TEMPLATE/ERROR')).toBe('');
  });

  it('restores: one that runs, and one that waits for a place', async () => {
    await slow(true);
    const started: number[][] = [];
    for (const name of ['a', 'b', 'c']) {
      const ids = await cloud.call('one.image.restore', chain, 1, `NAME="${name}"`);
      started.push(ids.split(' ').map(Number));
    }
    const image = (index: number): number => started[index]?.[1] ?? -1;
    const waits = ({ waits: why = '' }: Operation): boolean => why === '2 restores run, and MAX_RESTORES is 2';
    await cancelled('a restore that waits', onImage(image(2), 'restore'), waits);
    const runs = [0, 1].map((index) =>
      cancelled('a restore', onImage(image(index), 'restore'), ({ disks: [disk] }) => (disk?.bytesDone ?? 0) > 0),
    );
    for (const operation of await Promise.all(runs)) await expectUnlocked(operation);
    const templates = (await cloud.pool('template')).map((template) => template.textOf('ID'));
    const images = (await cloud.pool('image')).map((one) => one.textOf('ID'));
    for (const [template, ...made] of started) {
      expect(templates).not.toContain(String(template));
      for (const id of made) expect(images).not.toContain(String(id));
    }
  });
});

/** Lets a backup fold older points, which makes a merge due, and waits until that has begun. */
async function flattenOf(backUp = true): Promise<Followed> {
  if (backUp) await cloud.backup(vmId);
  await cloud.until('a merge is under way', async () => {
    const last = await cloud.lastRun('image', chain);
    return last.kind === 'flatten' && last.result !== 'cancelled';
  });
  return onImage(chain, 'flatten');
}

describe.runIf(LONG)('increments as layers', () => {
  it('go on after a cancel', async () => {
    await slow(false);
    await configure('INCREMENT_MODE="SNAPSHOT"');
    await cloud.call('one.vm.backup', vmId, cloud.backups, true);
    const first = await cloud.follow('vm', vmId);
    expect(first.result).toBe('done');
    chain = first.imageIds[0] ?? -1;
    await write();
    await slow(true);
    await cloud.call('one.vm.backup', vmId, cloud.backups, false);
    const operation = await cancelled('a backup with layers', onVm(), inPhase('uploading'));
    await expectFree(operation, await diskFiles(vmId));
    await expectNextIncrement();
  });
});
