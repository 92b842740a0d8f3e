// The life of a VM on the real hypervisor. A word in the guest's RAM disk shows whether its memory came through, one on its disk that
// the disk did.
import { readdir, stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { URI, virsh } from '../guest/domains.ts';
import { Cloud } from './cloud.ts';

const RUNNING = ['3', '3'] as const;
const POWEROFF = ['8', '0'] as const;
const SUSPENDED = ['5', '0'] as const;
const STOPPED = ['4', '0'] as const;
const UNDEPLOYED = ['9', '0'] as const;
const ANSWER_MS = 10_000;
let cloud: Cloud;
let id: number;

beforeAll(async () => {
  cloud = await Cloud.open(80_000);
  const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  id = await cloud.vm([root]);
});
afterAll(async () => cloud.close());

const directory = (): string => `${cloud.directory}/datastores/0/${id}`;
const known = async (): Promise<boolean> =>
  (await run(['virsh', '-q', '-c', URI, 'dominfo', `one-${id}`], { okCodes: [1] })).code === 0;

async function act(action: string, [state, lcm]: readonly [string, string]): Promise<void> {
  await cloud.call('one.vm.action', action, id);
  await cloud.vmIs(id, state, lcm);
}
/** Runs a command in the guest as it is now. */
async function guest(command: string, limitMs?: number): Promise<string> {
  const console = await cloud.console(id);
  try {
    return await console.run(command, limitMs);
  } finally {
    await console.close();
  }
}
const remember = (word: string): Promise<string> => guest(`echo ${word} > /tmp/word; echo ${word} > /root/word; sync`);
const recall = async (limitMs?: number): Promise<[memory: string, disk: string]> => {
  const said = await guest('cat /tmp/word || echo lost; cat /root/word', limitMs);
  const [memory = '', disk = ''] = said.split('\n').slice(-2);
  return [memory, disk];
};
/** A question that went to the boot before, and with it, is asked again. */
const booted = (how: string): Promise<void> =>
  cloud.until(`it has booted ${how}`, async () => (await recall(ANSWER_MS).catch(() => ['']))[0] === 'lost');
const actions = async (): Promise<string[]> =>
  (await cloud.info('vm', id)).children('HISTORY_RECORDS/HISTORY').map((record) => record.textOf('ACTION'));

it('suspends and goes on from its memory', async () => {
  await remember('sparrow');
  await act('suspend', SUSPENDED);
  expect((await virsh('domstate', `one-${id}`)).trim()).toBe('shut off');
  expect((await stat(`${directory()}/checkpoint`)).size).toBeGreaterThan(2 ** 20);
  await act('resume', RUNNING);
  expect(await recall()).toEqual(['sparrow', 'sparrow']);
  expect(await readdir(directory())).not.toContain('checkpoint');
});

it('is suspended even when the daemon dies over it', async () => {
  await remember('wren');
  await cloud.call('one.vm.action', 'suspend', id);
  cloud.signalDaemon('SIGKILL');
  await cloud.daemonEnded();
  await cloud.startDaemon();
  await cloud.vmIs(id, ...SUSPENDED);
  await act('resume', RUNNING);
  expect(await recall()).toEqual(['wren', 'wren']);
});

it('powers off, boots again, and is reset, each time without its memory', async () => {
  await act('poweroff', POWEROFF);
  await act('resume', RUNNING);
  await booted('again');
  expect(await recall()).toEqual(['lost', 'wren']);
  await remember('finch');
  await cloud.call('one.vm.action', 'reboot-hard', id);
  await booted('after its reset');
  expect((await recall())[1]).toBe('finch');
  await cloud.vmIs(id, ...RUNNING);
});

it('is undeployed: the host forgets it, its disks stay', async () => {
  await remember('heron');
  await act('undeploy', UNDEPLOYED);
  expect([await known(), (await readdir(directory())).includes('disk.0')]).toEqual([false, true]);
  await act('resume', RUNNING);
  await booted('again');
  expect((await recall())[1]).toBe('heron');
});

it('is stopped: the host forgets it, and it goes on from its memory', async () => {
  await remember('swift');
  await act('stop', STOPPED);
  expect(await known()).toBe(false);
  await act('resume', RUNNING);
  expect(await recall()).toEqual(['swift', 'swift']);
});

it('begins anew with fresh disks', async () => {
  const before = (await actions()).length;
  await cloud.call('one.vm.recover', id, 4);
  await cloud.until('it was deployed anew', async () => (await actions()).length > before);
  await cloud.vmIs(id, ...RUNNING);
  await cloud.until('it has booted', async () => (await guest('ls /tmp/word /root/word 2>/dev/null || true')) === '');
});

it('is told what it uses, and ends', async () => {
  // one that has just begun looks at once, and not half a minute later
  cloud.signalDaemon('SIGTERM');
  await cloud.daemonEnded();
  await cloud.startDaemon();
  await cloud.until('its figures are there', async () => {
    const vm = await cloud.info('vm', id);
    return Number(vm.textOf('MONITORING/MEMORY')) > 1000 && Number(vm.textOf('MONITORING/DISKRDBYTES')) > 0;
  });
  await act('terminate', ['6', '0']);
  expect(await known()).toBe(false);
  await expect(stat(directory())).rejects.toThrow('ENOENT');
  expect(await actions()).toEqual(['10', '10', '19', '5', '9', '14', '27']);
});
