// Restores at once while something is killed at random moments: the daemon, QEMU, the server of its data, the program that copies. What the
// guest has synced is there each time, the copy is resumed, and in the end the images are the backup. ONEVAULT_KILLS says how many kills
// (4), ONEVAULT_SEED repeats a run.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { killNow, processesWhere } from '../faults/processes.ts';
import { Cloud, sameContent, STATE } from '../integration/cloud.ts';
import { Random } from './random.ts';

const FIRST_VM = 86_800;
const KILLS = Number(process.env['ONEVAULT_KILLS'] ?? 4);
const SEED = Number(process.env['ONEVAULT_SEED'] ?? Date.now() % 1_000_000);
/** So slow is the copy that kills hit it. */
const LIMIT = 'RESTIC_BWLIMIT="500"';
const MOST_WAIT_MS = 4000;
const VICTIMS = ['daemon', 'qemu', 'server', 'copy'] as const;
type Victim = (typeof VICTIMS)[number];

let cloud: Cloud;
let backup = -1;
/** Of what the guest had when it was backed up: to read it all in a machine that was just restored would wait until it is copied. */
let hash = '';

beforeAll(async () => {
  cloud = await Cloud.open(FIRST_VM);
  cloud.backups = await cloud.backupDatastore('slow', LIMIT);
  const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  const source = await cloud.vm([root], 'BACKUP_CONFIG=[ MODE="FULL" ]');
  await inGuest(source, 'dd if=/dev/urandom of=/root/blob bs=64k count=256; sync');
  hash = (await inGuest(source, 'md5sum /root/blob')).trim();
  backup = (await cloud.backup(source)).imageIds[0] ?? -1;
  await cloud.call('one.vm.action', 'terminate-hard', source);
  await cloud.vmIs(source, STATE.DONE, '0');
});
afterAll(() => cloud.close());

async function inGuest(vm: number, command: string): Promise<string> {
  const console = await cloud.console(vm);
  try {
    return await console.run(command);
  } finally {
    await console.close();
  }
}

const ours = (begins: string): number[] =>
  processesWhere((command) => command.startsWith(begins) && command.includes(cloud.directory));

const copies = (): number[] =>
  processesWhere(
    (command) =>
      command.startsWith('restic ') &&
      command.includes(` ${cloud.repository} `) &&
      (/ (dump|restore) /.test(command) || /-copy *$/.test(command)),
  );

/** Returns whether there was something to kill. */
async function kill(vm: number, victim: Victim): Promise<boolean> {
  if (victim === 'daemon') {
    cloud.signalDaemon('SIGKILL');
    await cloud.daemonEnded();
    await cloud.startDaemon();
    return true;
  }
  const found =
    victim === 'qemu'
      ? processesWhere((command) => command.includes(`guest=one-${vm},`))
      : victim === 'server'
        ? ours('qemu-nbd ')
        : copies();
  found.forEach(killNow);
  if (victim === 'qemu') {
    await cloud.vmIs(vm, STATE.POWEROFF, '0');
    await cloud.call('one.vm.action', 'resume', vm);
  }
  return found.length > 0;
}

/** Until the copy has ended well; one that failed is tried again, however often. */
async function copied(vm: number): Promise<void> {
  await cloud.until(
    'the copy is there',
    async () => {
      const image = Number((await cloud.info('vm', vm)).children('TEMPLATE/DISK')[0]?.textOf('IMAGE_ID'));
      if ((await cloud.info('image', image)).textOf('STATE') === '2') return true;
      await cloud.call('one.vm.restoreresume', vm).catch((error: unknown) => {
        if (!String(error).includes('nothing to resume')) throw error; // it has ended since the image was looked at
      });
      return false;
    },
    300_000,
  );
}

it(`nothing that was synced is lost, and the copy ends equal (seed ${SEED})`, { timeout: 1_800_000 }, async () => {
  const random = new Random(SEED);
  const { images } = await cloud.restore(backup, 'NAME="beside"');
  const beside = await cloud.info('image', images[0] ?? -1);
  const hit: string[] = [];
  let missed = 0;
  let left = random.shuffled(VICTIMS);
  while (hit.length < KILLS) {
    if (missed > KILLS)
      throw new Error(`${missed} victims had ended before they were to be killed: the copy is too quick.`);
    const vm = Number(await cloud.call('one.vm.restoreinstant', backup, -1, `NAME="kills-${hit.length + missed}"`));
    await cloud.started(vm);
    const synced: string[] = [];
    for (let round = 0; round < 2 && hit.length < KILLS; round++) {
      const line = `${hit.length + missed}-${round}-${random.whole(0, 2 ** 31)}`;
      await inGuest(vm, `echo ${line} >> /root/own; sync`);
      synced.push(line);
      await delay(random.whole(0, MOST_WAIT_MS)); // the moment of the kill
      if (left.length === 0) left = random.shuffled(VICTIMS);
      const victim = left.pop() ?? 'qemu';
      const wasThere = await kill(vm, victim);
      process.stdout.write(`killed ${victim}${wasThere ? '' : ', which had ended'} of VM ${vm}\n`);
      if (wasThere) hit.push(victim);
      else missed += 1;
      await cloud.vmIs(vm, '3', STATE.RUNNING);
      expect((await inGuest(vm, 'cat /root/own')).trim().split(/\s+/)).toEqual(synced);
    }
    await copied(vm);
    expect((await inGuest(vm, 'md5sum /root/blob')).trim()).toBe(hash);
    expect((await inGuest(vm, 'cat /root/own')).trim().split(/\s+/)).toEqual(synced);
    await expectEqual(vm, [beside.textOf('SOURCE'), beside.textOf('FORMAT')]);
    await cloud.until('its servers have ended', () => Promise.resolve(ours('qemu-nbd ').length === 0));
    await cloud.call('one.vm.action', 'terminate-hard', vm);
    await cloud.vmIs(vm, STATE.DONE, '0');
  }
});

async function expectEqual(vm: number, beside: [string, string]): Promise<void> {
  const disk = (await cloud.info('vm', vm)).children('TEMPLATE/DISK')[0];
  const image = await cloud.info('image', Number(disk?.textOf('IMAGE_ID')));
  expect(await sameContent([image.textOf('SOURCE'), image.textOf('FORMAT')], beside)).toBe(true);
}
