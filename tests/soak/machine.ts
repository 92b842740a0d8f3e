// A running VM of the soak: the test guest on two qcow2 disks that give discarded room back, one persistent and one not, and at times a
// third one. What befalls a machine is a method of it; afterwards the guest answers, unless it is said to stay off.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/exec/exec.ts';
import { buildGuest } from '../guest/build.ts';
import type { GuestConsole } from '../guest/console.ts';
import { virsh } from '../guest/domains.ts';
import { STATE, type Cloud } from '../integration/cloud.ts';

/** The file system of the data disk; behind it are as many MiB that belong to no file. */
const DATA_MB = 64;
const DATA_DISK_MB = 96;
const EXTRA_MB = 32;
const GROWTH_MB = 4;

export interface MachineDisk {
  diskId: number;
  target: string;
  /** What the guest writes to now: the top of its files. */
  path: string;
}

export class SoakMachine {
  readonly cloud: Cloud;
  readonly vmId: number;
  #console: GuestConsole | undefined;
  #extra: { image: number; diskId: number } | undefined;

  private constructor(cloud: Cloud, vmId: number) {
    this.cloud = cloud;
    this.vmId = vmId;
  }

  /** `config`: the attributes of BACKUP_CONFIG. */
  static async open(cloud: Cloud, config: string): Promise<SoakMachine> {
    const guest = await buildGuest(join(import.meta.dirname, '../../var/guest'), DATA_MB);
    const data = await qcow2(cloud, guest.dataImage, 'data', DATA_DISK_MB);
    const root = await cloud.image('root', {
      path: await qcow2(cloud, guest.rootImage, 'root'),
      format: 'qcow2',
      persistent: false,
    });
    const dataId = await cloud.image('data', { path: data, format: 'qcow2', persistent: true });
    const disks = [root, dataId].map((id) => `DISK=[ IMAGE_ID="${id}", DISCARD="unmap" ]`).join('\n');
    const vmId = await cloud.vm([], `${disks}\nBACKUP_CONFIG=[ ${config} ]`);
    const machine = new SoakMachine(cloud, vmId);
    await machine.booted();
    return machine;
  }

  get domain(): string {
    return `one-${this.vmId}`;
  }

  async inGuest(command: string): Promise<string> {
    if (!this.#console) throw new Error('The guest is off.');
    return this.#console.run(command);
  }

  async disks(): Promise<MachineDisk[]> {
    const vm = await this.cloud.info('vm', this.vmId);
    const ids = new Map(
      vm.children('TEMPLATE/DISK').map((disk) => [disk.textOf('TARGET'), Number(disk.textOf('DISK_ID'))]),
    );
    const rows = (await virsh('domblklist', this.domain)).trim().split('\n');
    return rows
      .map((row) => /^\s*(\S+)\s+(.*)$/.exec(row) ?? [])
      .map(([, target = '', path = '']) => ({ target, path, diskId: ids.get(target) ?? -1 }));
  }

  async powerOff(): Promise<void> {
    await this.#forgetConsole();
    await this.cloud.call('one.vm.action', 'poweroff', this.vmId);
    await this.cloud.vmIs(this.vmId, STATE.POWEROFF, '0');
  }

  async powerOn(): Promise<void> {
    await this.cloud.call('one.vm.action', 'resume', this.vmId);
    await this.cloud.vmIs(this.vmId, '3', STATE.RUNNING);
    await this.booted();
  }

  /** As a host does that runs out of memory. */
  async kill(): Promise<void> {
    await this.#forgetConsole();
    process.kill(Number(await readFile(`/run/libvirt/qemu/${this.domain}.pid`, 'utf8')), 'SIGKILL');
    await this.cloud.vmIs(this.vmId, STATE.POWEROFF, '0');
    await this.powerOn();
  }

  /** Attaches a disk, or detaches it when it is there. Returns its id and what was done. */
  async attachOrDetach(): Promise<{ diskId: number; attached: boolean }> {
    if (this.#extra) {
      const { diskId } = this.#extra;
      this.#extra = undefined;
      await this.cloud.call('one.vm.detach', this.vmId, diskId);
      await this.cloud.vmIs(this.vmId, '3', STATE.RUNNING);
      return { diskId, attached: false };
    }
    const image = Number(
      await this.cloud.call(
        'one.image.allocate',
        `NAME="extra-${Date.now()}"\nTYPE="DATABLOCK"\nSIZE="${EXTRA_MB}"\nFORMAT="qcow2"\nPERSISTENT="YES"`,
        1,
      ),
    );
    await this.cloud.imagesReady([image]);
    await this.cloud.call('one.vm.attach', this.vmId, `DISK=[ IMAGE_ID="${image}", DISCARD="unmap" ]`);
    await this.cloud.vmIs(this.vmId, '3', STATE.RUNNING);
    const disks = (await this.cloud.info('vm', this.vmId)).children('TEMPLATE/DISK');
    const disk = disks.find((one) => one.textOf('IMAGE_ID') === String(image));
    const diskId = Number(disk?.textOf('DISK_ID') ?? -1);
    this.#extra = { image, diskId };
    await this.inGuest(`scribble /dev/${disk?.textOf('TARGET') ?? ''} 65536 0 7 100`);
    return { diskId, attached: true };
  }

  /** Lets a disk grow. Returns its id. */
  async resize(choice: number): Promise<number> {
    const disks = (await this.cloud.info('vm', this.vmId)).children('TEMPLATE/DISK');
    const disk = disks[Math.floor(choice * disks.length)];
    const diskId = disk?.textOf('DISK_ID') ?? '';
    const size = Number(disk?.textOf('SIZE')) + GROWTH_MB;
    await this.cloud.call('one.vm.diskresize', this.vmId, Number(diskId), String(size));
    await this.cloud.vmIs(this.vmId, '3', STATE.RUNNING);
    const vm = await this.cloud.info('vm', this.vmId);
    const now = vm.children('TEMPLATE/DISK').find((one) => one.textOf('DISK_ID') === diskId);
    if (now?.textOf('SIZE') === String(size)) return Number(diskId);
    throw new Error(`Disk ${diskId} did not grow: ${vm.textOf('USER_TEMPLATE/ERROR')}`);
  }

  async close(): Promise<void> {
    await this.#forgetConsole();
  }

  async booted(): Promise<void> {
    await this.#forgetConsole();
    this.#console = await this.cloud.console(this.vmId);
  }

  async #forgetConsole(): Promise<void> {
    await this.#console?.close();
    this.#console = undefined;
  }
}

async function qcow2(cloud: Cloud, image: string, name: string, sizeMb?: number): Promise<string> {
  const path = `${cloud.directory}/${name}.qcow2`;
  await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', image, path]);
  if (sizeMb !== undefined) await run(['qemu-img', 'resize', '-f', 'qcow2', path, `${sizeMb}M`]);
  return path;
}
