// Devices that come and go while a machine runs. The machine is changed first and its definition after it, each only where it
// does not agree yet, so that a call that was cut short can be repeated.
import { setTimeout as sleep } from 'node:timers/promises';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import { vmIdOf } from '../../model/ids.ts';
import type { DomainDisk, DomainNic } from '../hypervisor.ts';
import { busOf, diskXml, nicXml, scsiControllerXml } from './device-xml.ts';
import { readDevices, type Devices } from './devices.ts';
import { readCapacity } from './wilds.ts';
import type { Virsh } from './virsh.ts';

/** A guest takes part in the removal of a device. */
const RELEASE_LIMIT_MS = 30_000;
const RELEASE_POLL_MS = 200;
/** A domain that is not defined has only its running self. */
const NO_DEFINITION = /transient domain/i;
const BEING_REMOVED = /already in the process of unplug/i;

type Flag = '--live' | '--config';

export async function attachDisk(virsh: Virsh, name: string, disk: DomainDisk): Promise<void> {
  await inBoth(virsh, name, async (flag, devices) => {
    const there = devices.disks.find(({ target }) => target === disk.target);
    if (there?.path === disk.path) return;
    if (there !== undefined) throw taken(name, disk.target, there.path);
    if (busOf(disk, devices.machine) === 'scsi' && !devices.hasScsi) {
      await attach(virsh, name, flag, 'a SCSI controller', scsiControllerXml());
    }
    await attach(virsh, name, flag, `disk ${disk.diskId} (${disk.target})`, diskXml(disk, devices.machine));
  });
}

export async function detachDisk(
  virsh: Virsh,
  name: string,
  disk: Pick<DomainDisk, 'diskId' | 'target'>,
): Promise<void> {
  const what = `disk ${disk.diskId} (${disk.target})`;
  const has = (devices: Devices): boolean => devices.disks.some(({ target }) => target === disk.target);
  await inBoth(virsh, name, async (flag, devices) => {
    if (!has(devices)) return;
    const order = (): Promise<string> =>
      virsh.order(`detach ${what} from domain ${name}`, 'detach-disk', name, ['--target', disk.target, flag]);
    await (flag === '--live' ? released(virsh, name, what, order, has) : order());
  });
}

export async function attachNic(virsh: Virsh, name: string, nic: DomainNic): Promise<void> {
  const mac = nic.mac.toLowerCase();
  await inBoth(virsh, name, async (flag, devices) => {
    if (devices.nics.some((one) => one.mac === mac)) return;
    const vmId = virsh.adopted.has(name) ? undefined : vmIdOf(name);
    await attach(virsh, name, flag, `NIC ${nic.nicId} (${nic.kind} ${nic.source})`, nicXml(nic, vmId));
  });
}

export async function detachNic(virsh: Virsh, name: string, nic: Pick<DomainNic, 'nicId' | 'mac'>): Promise<void> {
  const mac = nic.mac.toLowerCase();
  const what = `NIC ${nic.nicId} (${mac})`;
  const has = (devices: Devices): boolean => devices.nics.some((one) => one.mac === mac);
  await inBoth(virsh, name, async (flag, devices) => {
    const type = devices.nics.find((one) => one.mac === mac)?.type;
    if (type === undefined) return;
    const args = ['--type', type, '--mac', mac, flag];
    const order = (): Promise<string> =>
      virsh.order(`detach ${what} from domain ${name}`, 'detach-interface', name, args);
    await (flag === '--live' ? released(virsh, name, what, order, has) : order());
  });
}

/** A disk that has the size already, because an earlier call did it, is left alone. */
export async function resizeDisk(virsh: Virsh, name: string, target: string, virtualBytes: number): Promise<void> {
  if (!(await virsh.isActive(name))) {
    throw new OneError(CODE.ACTION, `Domain ${name} does not run, so its disk ${target} cannot be resized there.`);
  }
  const answer = await virsh.order(`read the size of disk ${target} of ${name}`, 'domblkinfo', name, [
    '--device',
    target,
  ]);
  const now = readCapacity(answer);
  if (now === virtualBytes) return;
  if (now === undefined || now > virtualBytes) {
    const has = now === undefined ? 'has an unknown size' : `has ${now} bytes`;
    throw new OneError(
      CODE.ACTION,
      `Disk ${target} of domain ${name} ${has} and cannot become ${virtualBytes}; a disk only grows.`,
    );
  }
  const args = ['--path', target, '--size', `${virtualBytes}B`];
  await virsh.order(`resize disk ${target} of domain ${name}`, 'blockresize', name, args);
}

/** Changes the running machine, when there is one, then its definition. */
async function inBoth(
  virsh: Virsh,
  name: string,
  change: (flag: Flag, devices: Devices) => Promise<void>,
): Promise<void> {
  const state = await virsh.state(name);
  if (state === null) throw new OneError(CODE.NO_EXISTS, `There is no domain ${name} whose devices could be changed.`);
  const active = state === 'running' || state === 'paused';
  if (active) await change('--live', readDevices(await virsh.xml(name)));
  try {
    await change('--config', readDevices(await virsh.xml(name, 'defined')));
  } catch (error) {
    if (!active || !NO_DEFINITION.test(reasonOf(error))) throw error;
  }
}

async function attach(virsh: Virsh, name: string, flag: Flag, what: string, xml: string): Promise<void> {
  await virsh.orderWithXml(`attach ${what} to domain ${name}`, 'attach-device', name, [flag], { '--file': xml });
}

/** libvirt only asks the guest to let go of a device; it is gone when the machine no longer has it. */
async function released(
  virsh: Virsh,
  name: string,
  what: string,
  order: () => Promise<unknown>,
  has: (devices: Devices) => boolean,
): Promise<void> {
  await order().catch((error: unknown) => {
    if (!BEING_REMOVED.test(reasonOf(error))) throw error;
  });
  const until = Date.now() + RELEASE_LIMIT_MS;
  while ((await virsh.isActive(name)) && has(readDevices(await virsh.xml(name)))) {
    if (Date.now() > until) {
      const seconds = RELEASE_LIMIT_MS / 1000;
      throw new OneError(CODE.ACTION, `The guest of ${name} did not let go of ${what} within ${seconds} s.`, {
        retry: true,
        hint: 'Wait until it has booted, unmount what is on the device, then try again; or power the VM off first.',
      });
    }
    await sleep(RELEASE_POLL_MS);
  }
}

function taken(name: string, target: string, path: string): OneError {
  return new OneError(
    CODE.ACTION,
    `Domain ${name} has another disk at ${target}: ${path || 'a drive without a file'}.`,
    {
      hint: 'Choose another TARGET, or detach that disk first.',
    },
  );
}
