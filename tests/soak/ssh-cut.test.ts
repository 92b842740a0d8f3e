// The connection to a host is cut at ten moments of a backup of a real guest, by turns with the end of the SSH servers and without a word.
// Each time the guest is on its own disk, nothing is frozen or left, and the next backup is good.
// ONEVAULT_CUTS says how many moments (10 by default), ONEVAULT_SEED repeats those of an earlier run.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Operation } from '../../src/model/operation.ts';
import { processesWhere } from '../faults/processes.ts';
import { SshCloud, type FarHost } from '../integration/ssh-cloud.ts';
import { Random } from './random.ts';

const CUTS = Number(process.env['ONEVAULT_CUTS'] ?? 10);
const SEED = Number(process.env['ONEVAULT_SEED'] ?? Date.now() % 1_000_000);

let far: SshCloud;
let on: FarHost;
let vmId = -1;
let disks = '';
let durationMs = 0;
const chance = new Random(SEED);

beforeAll(async () => {
  process.stdout.write(`Cuts: ${CUTS}; to repeat their moments: ONEVAULT_SEED=${SEED}\n`);
  far = await SshCloud.open(83_000, [5]);
  [on] = far.hosts as [FarHost];
  vmId = await far.vm(on, 'BACKUP_CONFIG=[ MODE="INCREMENT", KEEP_LAST="3" ]');
  await write();
  await far.cloud.backup(vmId);
  disks = await on.host.virsh('domblklist', `one-${vmId}`);
  await write();
  const from = performance.now();
  await far.cloud.backup(vmId);
  durationMs = performance.now() - from;
});
afterAll(() => far.close());

async function write(): Promise<void> {
  await far.inGuest(on, vmId, 'dd if=/dev/urandom of=/root/blob bs=1M count=16 conv=notrunc; sync');
}

function silence(): void {
  for (const pid of processesWhere((command) => /^ssh .*127\.0\.0\.5/.test(command))) process.kill(pid, 'SIGSTOP');
}

async function cutOnce(atMs: number, how: () => void): Promise<Operation> {
  const { cloud } = far;
  await cloud.call('one.vm.backup', vmId, cloud.backups, false);
  await sleep(atMs);
  how();
  return cloud.follow('vm', vmId);
}

it(`leaves guest and backups well when it is cut ${CUTS} times`, async () => {
  const { cloud } = far;
  let connection = await far.connected(on.id);
  for (let cut = 0; cut < CUTS; cut++) {
    await write();
    const atMs = ((cut + chance.next()) / CUTS) * durationMs;
    const silent = cut % 2 === 1;
    const operation = await cutOnce(atMs, silent ? silence : () => on.host.cutAll());
    const how = silent ? 'without a word' : 'with the servers';
    process.stdout.write(`Cut ${how} after ${Math.round(atMs)} ms: ${operation.result}. ${operation.reason}\n`);
    connection = await far.connected(on.id, connection);
    await cloud.vmIs(vmId, '3', '3');
    expect(await on.host.virsh('domblklist', `one-${vmId}`)).toBe(disks);
    expect(await on.host.virsh('domjobinfo', `one-${vmId}`)).toContain('None');
    expect(await far.inGuest(on, vmId, 'echo alive > /root/alive && sync && cat /root/alive')).toBe('alive');
    expect(processesWhere((command) => command.includes(operation.id))).toEqual([]);
    const next = await cloud.backup(vmId);
    expect(next.result).toBe('done');
  }
});
