// VMs through their whole lives on two fake hosts: saved, stopped, moved, recovered, and found again by a daemon that ended at any
// step. What the guest remembers shows whether its memory came through.
import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DomainFiles } from '../../src/hypervisor/fake/domain-file.ts';
import { LCM, VM_STATE, type Vm } from '../../src/model/vm.ts';
import { HISTORY_ACTION } from '../../src/vm/history.ts';
import { setState } from '../../src/vm/states.ts';
import { openStore } from '../../src/store/open.ts';
import { FakeCloud } from './fake-cloud.ts';

const VM = 'CPU="0.5"\nMEMORY="64"\nDISK=[ TYPE="fs", SIZE="1", FORMAT="raw" ]\n';
const RUNNING = [3, 3] as const;
const POWEROFF = [8, 0] as const;
const SUSPENDED = [5, 0] as const;
const STOPPED = [4, 0] as const;
const UNDEPLOYED = [9, 0] as const;
const DONE = [6, 0] as const;
let cloud: FakeCloud;
let here = -1;
let there = -1;

beforeAll(async () => {
  cloud = await FakeCloud.open();
  here = await cloud.host();
  there = await cloud.id('one.host.allocate', 'there', 'fake', 'fake', -1);
  await cloud.until('both are monitored', async () => (await cloud.store.hosts.get(there)).state === 2);
});
afterAll(() => cloud.close());

const files = (host = here): DomainFiles => new DomainFiles(`${cloud.directory}/fake-host-${host}`);
const nameOf = (id: number): string => `one-${id}`;
const directory = (id: number): string => `${cloud.config.datastoreLocation}/0/${id}`;
const checkpoint = (id: number): string => join(directory(id), 'checkpoint');
const act = (action: string, id: number): Promise<unknown> => cloud.call('one.vm.action', action, id);
const recover = (id: number, operation: number): Promise<unknown> => cloud.call('one.vm.recover', id, operation);
const is = (id: number, [state, lcm]: readonly [number, number]): Promise<void> => cloud.vmIs(id, state, lcm);

async function running(host = here): Promise<number> {
  const id = await cloud.id('one.vm.allocate', VM, true);
  await cloud.call('one.vm.deploy', id, host);
  await is(id, RUNNING);
  return id;
}
function remember(id: number, word: string, host = here): void {
  files(host).put({ ...files(host).get(nameOf(id)), memory: word });
}
const recall = (id: number, host = here): string | undefined => files(host).find(nameOf(id))?.memory;
/** [host, action, whether it is closed] of each record. */
async function history(id: number): Promise<Array<[number, number, boolean]>> {
  return (await cloud.store.vms.get(id)).history.map(({ hid, action, etime }) => [hid, action, etime > 0]);
}
const errorOf = async (id: number): Promise<string> =>
  (await cloud.xml('one.vm.info', id)).textOf('USER_TEMPLATE/ERROR');

/** The daemon ends, the record is changed as one that died at that step has left it, and a daemon starts again. */
async function crashed(id: number, change: (vm: Vm) => void): Promise<void> {
  await cloud.stop();
  const store = await openStore(cloud.config);
  await store.vms.update(id, change);
  await store.close();
  await cloud.start();
}

it('suspends a VM with its memory, and it goes on from there', async () => {
  const id = await running();
  remember(id, 'sparrow');
  await act('suspend', id);
  await is(id, SUSPENDED);
  expect(files().find(nameOf(id))?.state).toBe('shutoff');
  await stat(checkpoint(id));
  await expect(act('reboot', id)).rejects.toThrow('is in state SUSPENDED: reboot is possible in RUNNING');
  await act('resume', id);
  await is(id, RUNNING);
  expect(recall(id)).toBe('sparrow');
  await expect(stat(checkpoint(id))).rejects.toThrow('ENOENT');
  expect(await history(id)).toEqual([
    [here, HISTORY_ACTION.SUSPEND, true],
    [here, 0, false],
  ]);
  await act('terminate-hard', id);
  await is(id, DONE);
});

it('stops a VM so that its host knows nothing of it, and it goes on from its memory wherever it is deployed', async () => {
  const id = await running();
  remember(id, 'wren');
  await act('suspend', id);
  await is(id, SUSPENDED);
  await act('stop', id);
  await is(id, STOPPED);
  expect(files().find(nameOf(id))).toBeNull();
  expect((await readdir(directory(id))).sort()).toEqual(['checkpoint', 'disk.0']);
  expect((await cloud.xml('one.host.info', here)).children('VMS/ID').map(String)).not.toContain(String(id));
  await cloud.call('one.vm.deploy', id, there);
  await is(id, RUNNING);
  expect(recall(id, there)).toBe('wren');
  await act('stop', id);
  await is(id, STOPPED);
  await act('resume', id);
  await is(id, RUNNING);
  expect((await history(id)).map(([, action]) => action)).toEqual([10, 9, 9, 0]);
  await act('stop', id);
  await is(id, STOPPED);
  await act('terminate', id);
  await is(id, DONE);
  await expect(stat(directory(id))).rejects.toThrow('ENOENT');
});

it.each(['undeploy', 'undeploy-hard'])('%s leaves nothing on the host but keeps the disks', async (action) => {
  const id = await running();
  remember(id, 'lost');
  await writeFile(`${directory(id)}/disk.0`, 'what the guest wrote');
  await act(action, id);
  await is(id, UNDEPLOYED);
  expect(files().find(nameOf(id))).toBeNull();
  await act('resume', id);
  await is(id, RUNNING);
  const host = (await cloud.store.vms.get(id)).history.at(-1)?.hid ?? -1;
  expect(recall(id, host)).toBe('');
  expect((await stat(`${directory(id)}/disk.0`)).size).toBe(20);
  expect((await history(id))[0]).toEqual([here, action === 'undeploy' ? 5 : 6, true]);
  // one that waits for a host still has its files
  await act('undeploy-hard', id);
  await is(id, UNDEPLOYED);
  await act('terminate', id);
  await is(id, DONE);
  await expect(stat(directory(id))).rejects.toThrow('ENOENT');
});

it('moves a VM to another host, with its memory or without', async () => {
  const id = await running();
  remember(id, 'swift');
  await expect(cloud.call('one.vm.migrate', id, here, false)).rejects.toThrow(`is on host ${here} (here) already`);
  await expect(cloud.call('one.vm.migrate', id, there, true)).rejects.toThrow('cannot be migrated live');
  await expect(cloud.call('one.vm.migrate', id, there, false, false, -1, 3)).rejects.toThrow('Migration type 3');
  await cloud.call('one.vm.migrate', id, there, false);
  await is(id, RUNNING);
  expect([files().find(nameOf(id)), recall(id, there)]).toEqual([null, 'swift']);
  await cloud.call('one.vm.migrate', id, here, false, false, -1, 2);
  await is(id, RUNNING);
  expect([files(there).find(nameOf(id)), recall(id)]).toEqual([null, '']);
  await act('suspend', id);
  await is(id, SUSPENDED);
  await cloud.call('one.vm.migrate', id, there, false);
  await is(id, SUSPENDED);
  expect(files().find(nameOf(id))).toBeNull();
  await act('resume', id);
  await is(id, RUNNING);
  await act('poweroff', id);
  await is(id, POWEROFF);
  await cloud.call('one.vm.migrate', id, here, false);
  await is(id, POWEROFF);
  expect(await history(id)).toEqual([
    [here, HISTORY_ACTION.MIGRATE, true],
    [there, HISTORY_ACTION.POFF_HARD_MIGRATE, true],
    [here, HISTORY_ACTION.SUSPEND, true],
    [here, HISTORY_ACTION.MIGRATE, true],
    [there, HISTORY_ACTION.POWEROFF, true],
    [there, HISTORY_ACTION.MIGRATE, true],
    [here, 0, false],
  ]);
  await cloud.store.hosts.update(there, (host) => void (host.state = 3));
  await expect(cloud.call('one.vm.migrate', id, there, false)).rejects.toThrow('(there) is not monitored');
  await cloud.store.hosts.update(there, (host) => void (host.state = 2));
  await act('terminate', id);
  await is(id, DONE);
});

it('moves a VM that is to leave its host as soon as there is another', async () => {
  const id = await running();
  await act('resched', id);
  await cloud.until(
    'it is on the other host',
    async () => (await cloud.store.vms.get(id)).history.at(-1)?.hid === there,
  );
  await is(id, RUNNING);
  expect((await cloud.xml('one.vm.info', id)).textOf('RESCHED')).toBe('0');
  await act('terminate-hard', id);
  await is(id, DONE);
});

it('does what failed again, anew, or not at all', async () => {
  const id = await cloud.id('one.vm.allocate', VM, true);
  const template = [['NAME', 'theirs']];
  const theirs = { name: nameOf(id), uuid: 'u', state: 'shutoff', vcpu: 1, memoryMb: 1, template, unsaid: [] };
  const planted = join(files().directory, 'wild-theirs.json');
  await writeFile(planted, JSON.stringify(theirs));
  await cloud.call('one.vm.deploy', id, here);
  await is(id, [3, LCM.BOOT_FAILURE]);
  expect(await errorOf(id)).toContain('which is not of this OneVault');
  await expect(recover(id, 0)).rejects.toThrow('nothing has failed or is under way');
  await expect(recover(id, 6)).rejects.toThrow('Recover operation 6 is not known');
  await writeFile(planted, '');
  await recover(id, 2);
  await is(id, RUNNING);
  expect(await errorOf(id)).toBe('');
  await expect(recover(id, 2)).rejects.toThrow('nothing has failed or is under way');
  await writeFile(`${directory(id)}/disk.0`, 'old');
  await recover(id, 4);
  await cloud.until('it was made anew', async () => (await history(id)).length === 2);
  await is(id, RUNNING);
  expect((await stat(`${directory(id)}/disk.0`)).size).toBe(2 ** 20);
  expect((await history(id))[0]).toEqual([here, HISTORY_ACTION.DELETE_RECREATE, true]);
  await recover(id, 3);
  await is(id, DONE);
  expect((await history(id)).at(-1)?.[1]).toBe(HISTORY_ACTION.DELETE);
  await expect(stat(directory(id))).rejects.toThrow('ENOENT');
  await expect(recover(id, 5)).rejects.toThrow('it has ended');
});

it('forgets a VM without touching its host', async () => {
  const id = await running();
  await recover(id, 5);
  await is(id, DONE);
  expect(files().find(nameOf(id))?.state).toBe('running');
  await stat(`${directory(id)}/disk.0`);
});

it('lets a VM go that a run has left in its backup, and corrupts no chain by calling it done', async () => {
  const id = await running();
  await cloud.store.vms.update(id, (vm) => {
    setState(vm, VM_STATE.ACTIVE, LCM.BACKUP);
    vm.operationId = 'gone';
  });
  await expect(recover(id, 1)).rejects.toThrow('nothing but the run itself knows what it has done');
  await expect(recover(id, 2)).rejects.toThrow('use --failure, then ask again');
  await recover(id, 0);
  await is(id, RUNNING);
  expect(await cloud.store.vms.get(id)).toMatchObject({ operationId: null });
  expect(await errorOf(id)).toContain('onevm recover --failure');
});

it('takes a VM out of a backup that runs, which then has failed', async () => {
  const datastore = await cloud.id('one.datastore.allocate', 'NAME="b"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
  const extra = 'BACKUP_CONFIG=[ BACKUP_VOLATILE="YES" ]';
  for (const [operation, state] of [
    [0, RUNNING],
    [3, DONE],
  ] as const) {
    const id = await cloud.id('one.vm.allocate', VM + extra, true);
    await cloud.call('one.vm.deploy', id, here);
    await is(id, RUNNING);
    await cloud.call('one.vm.backup', id, datastore);
    await recover(id, operation);
    await is(id, state);
    expect(await cloud.follow('vm', id)).toMatchObject({ result: 'failed' });
    expect(await cloud.store.vms.get(id)).toMatchObject({ operationId: null, backups: { ids: [] } });
  }
});

it('sees a guest that somebody else starts or stops', async () => {
  const id = await running();
  await act('suspend', id);
  await is(id, SUSPENDED);
  files().put({ ...files().get(nameOf(id)), state: 'running', memory: 'from outside' });
  cloud.services.tick.wake();
  await is(id, RUNNING);
  files().put({ ...files().get(nameOf(id)), state: 'shutoff' });
  cloud.services.tick.wake();
  await is(id, POWEROFF);
  expect((await history(id)).at(-1)).toEqual([here, HISTORY_ACTION.MONITOR, true]);
  // the memory of then would not fit the disks of now
  await act('resume', id);
  await is(id, RUNNING);
  expect(recall(id)).toBe('');
  await expect(stat(checkpoint(id))).rejects.toThrow('ENOENT');
});

it('goes on at whatever step a daemon ended', async () => {
  const id = await running();
  remember(id, 'finch');
  // saved, but not noted
  await act('suspend', id);
  await is(id, SUSPENDED);
  await crashed(id, (vm) => {
    setState(vm, VM_STATE.ACTIVE, LCM.SAVE_SUSPEND);
    Object.assign(vm.history.at(-1) ?? {}, { etime: 0, action: HISTORY_ACTION.SUSPEND });
  });
  await is(id, SUSPENDED);
  // not restored yet
  await crashed(id, (vm) => setState(vm, VM_STATE.ACTIVE, LCM.BOOT_SUSPENDED));
  await is(id, RUNNING);
  expect(recall(id)).toBe('finch');
  // asked to power off with its power cut
  await crashed(id, (vm) => {
    setState(vm, VM_STATE.ACTIVE, LCM.SHUTDOWN_POWEROFF);
    Object.assign(vm.history.at(-1) ?? {}, { action: HISTORY_ACTION.POWEROFF_HARD });
  });
  await is(id, POWEROFF);
  expect(files().get(nameOf(id)).events.at(-1)).toBe('Stopped Destroyed');
  await crashed(id, (vm) => setState(vm, VM_STATE.ACTIVE, LCM.BOOT_POWEROFF));
  await is(id, RUNNING);
  // half-way to the other host
  remember(id, 'heron');
  await crashed(id, (vm) => {
    const last = vm.history.at(-1);
    if (!last) return;
    Object.assign(last, { etime: 1, action: HISTORY_ACTION.MIGRATE });
    vm.history.push({ ...last, seq: last.seq + 1, hid: there, hostname: 'there', etime: 0, action: 0 });
    setState(vm, VM_STATE.ACTIVE, LCM.SAVE_MIGRATE);
  });
  await is(id, RUNNING);
  expect([files().find(nameOf(id)), recall(id, there)]).toEqual([null, 'heron']);
  await crashed(id, (vm) => setState(vm, VM_STATE.ACTIVE, LCM.EPILOG));
  await is(id, DONE);
  expect(files(there).find(nameOf(id))).toBeNull();
});

it('does not put old memory over disks that the guest has written since', async () => {
  const id = await running();
  remember(id, 'stale');
  await act('suspend', id);
  await is(id, SUSPENDED);
  // the guest went on, powered off, and then the daemon died before it noted any of that
  const later = new Date(Date.now() + 5000);
  await utimes(`${directory(id)}/disk.0`, later, later);
  await crashed(id, (vm) => setState(vm, VM_STATE.ACTIVE, LCM.BOOT_SUSPENDED));
  await is(id, POWEROFF);
  expect(await errorOf(id)).toContain('memory it was saved with is gone or used up');
  await act('resume', id);
  await is(id, RUNNING);
  expect(recall(id)).toBe('');
});

it('a VM that was being saved when nothing could be written goes on', async () => {
  const id = await running();
  remember(id, 'robin');
  await cloud.store.datastores.update(0, (datastore) => void (datastore.basePath += '/nowhere'));
  await act('suspend', id);
  await cloud.until('it says why', async () => (await errorOf(id)) !== '');
  await is(id, RUNNING);
  await cloud.store.datastores.update(0, (datastore) => void (datastore.basePath = datastore.basePath.slice(0, -8)));
  expect([recall(id), (await history(id)).length]).toEqual(['robin', 1]);
});

it('keeps running VMs within their owner’s quota', async () => {
  const ann = await cloud.user('ann', { quotas: [{ kind: 'VM', id: -1, limits: { RUNNING_VMS: 1 } }] });
  const first = Number(await cloud.callAs(ann, 'one.vm.allocate', VM));
  await is(first, RUNNING);
  await cloud.callAs(ann, 'one.vm.action', 'poweroff', first);
  await is(first, POWEROFF);
  const second = Number(await cloud.callAs(ann, 'one.vm.allocate', VM));
  await is(second, RUNNING);
  await expect(cloud.callAs(ann, 'one.vm.action', 'resume', first)).rejects.toThrow(
    'limit of 1 reached for RUNNING_VMS',
  );
  await is(first, POWEROFF);
});

it('tells what VMs and hosts use', async () => {
  const id = await running();
  const { tick, parts } = cloud.services;
  const hosts = await parts.store.hosts.list();
  await tick.figures.look(hosts);
  const vm = await cloud.xml('one.vm.info', id);
  expect(vm.textOf('MONITORING/MEMORY')).toBe('65536');
  expect(Number(vm.textOf('MONITORING/TIMESTAMP'))).toBeGreaterThan(1e9);
  const own = await cloud.xml('one.vm.monitoring', id);
  expect(own.name).toBe('MONITORING_DATA');
  expect(own.textOf('MONITORING/ID')).toBe(String(id));
  const all = await cloud.xml('one.vmpool.monitoring', -2, 0);
  expect(all.children('MONITORING').filter((one) => one.textOf('ID') === String(id))).toHaveLength(1);
  expect((await cloud.xml('one.host.monitoring', here)).textOf('MONITORING/CAPACITY/FREE_CPU')).toBe('800');
  expect((await cloud.xml('one.hostpool.monitoring', 0)).children('MONITORING')).toHaveLength(2);
});

it('says on a VM why it waits for a host, and no longer when it has one', async () => {
  const big = VM.replace('MEMORY="64"', 'MEMORY="99999999"');
  const id = await cloud.id('one.vm.allocate', big, false);
  const message = async (): Promise<string> =>
    (await cloud.xml('one.vm.info', id)).textOf('USER_TEMPLATE/SCHED_MESSAGE');
  await cloud.until('it says why', async () => (await message()) !== '');
  expect(await message()).toMatch(
    /^\d{4}-\d\d-\d\d [\d:]+ UTC: No host has 99999999 MB of free memory; the best has \d+ MB\.$/,
  );
  await cloud.call('one.vm.action', 'hold', id);
  await cloud.call('one.vm.resize', id, 'MEMORY="64"', false);
  await cloud.call('one.vm.action', 'release', id);
  await is(id, RUNNING);
  expect(await message()).toBe('');
});

it('gives those who may use a template what its administrator has put into it, and nothing else that is restricted', async () => {
  const ann = await cloud.user('ann-of-templates');
  const template = await cloud.id('one.template.allocate', `NAME="boots"\n${VM}OS=[ KERNEL="/boot/vmlinuz" ]`);
  await cloud.call('one.template.chmod', template, -1, -1, -1, -1, -1, -1, 1, -1, -1);
  const id = Number(await cloud.callAs(ann, 'one.template.instantiate', template, '', true, '', false));
  expect((await cloud.xml('one.vm.info', id)).textOf('TEMPLATE/OS/KERNEL')).toBe('/boot/vmlinuz');
  const other = 'OS=[ KERNEL="/boot/vmlinuz", INITRD="/etc/shadow" ]';
  const refused = cloud.callAs(ann, 'one.template.instantiate', template, '', true, other, false);
  await expect(refused).rejects.toMatchObject({ code: 0x200, message: expect.stringContaining('OS/INITRD') as string });
  const own = Number(await cloud.callAs(ann, 'one.template.allocate', `NAME="own"\n${VM}OS=[ KERNEL="/etc/shadow" ]`));
  await expect(cloud.callAs(ann, 'one.template.instantiate', own, '', true, '', false)).rejects.toThrow('OS/KERNEL');
});

it('does not take a machine for off that was resumed while its host was asked', async () => {
  const id = await running();
  await act('suspend', id);
  await is(id, SUSPENDED);
  const { parts, tick } = cloud.services;
  const hypervisor = parts.hypervisorOf(await parts.store.hosts.get(here));
  const domains = hypervisor.domains.bind(hypervisor);
  let asked = 0;
  hypervisor.domains = async () => {
    const before = await domains();
    if (asked++ === 0) {
      expect(before.get(nameOf(id))).toBe('shutoff');
      await act('resume', id);
      await is(id, RUNNING);
    }
    return before;
  };
  try {
    tick.wake();
    await cloud.until('it was looked at, and once more', () => Promise.resolve(asked > 2));
  } finally {
    hypervisor.domains = domains;
  }
  await is(id, RUNNING);
  expect((await history(id)).map(([, action]) => action)).not.toContain(HISTORY_ACTION.MONITOR);
});
