// One of the guests of the long soak: a small emulated machine with a root disk and two disks that it writes to all the time. It knows
// what its disks may hold, whatever befalls it, and says what they hold when they may not.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../../src/exec/exec.ts';
import { GuestConsole } from '../../guest/console.ts';
import { virsh } from '../../guest/domains.ts';
import { type Cloud } from '../../integration/cloud.ts';
import { examine, FIRST_NUMBER, lastSaid, putBack, writer, type Found, type Lineage } from './content.ts';

const MEMORY_MB = 96;
const DISK_MB = 16;
const TAIL_BYTES = 8192;
const LOOK_MS = 300;
/** An emulated guest needs a tenth of a second of a processor for each number. */
const PAUSE_MS = 4000;
/** Nothing takes this long, however busy the machine is. */
export const NEVER_MS = 1_800_000;
/** After a restore numbers go on from here, so that none is written twice. */
const GAP = 1000;

export interface GuestKind {
  name: string;
  format: 'raw' | 'qcow2';
  /** Attributes of BACKUP_CONFIG; a job has its own. */
  config: string;
  datastoreId: number;
  jobId?: number;
}

export class SoakGuest {
  readonly vmId: number;
  readonly kind: GuestKind;
  readonly #cloud: Cloud;
  lineage: Lineage = [{ from: FIRST_NUMBER, to: Infinity }];
  /** The last number that was on the disks for sure when the last backup was asked for. */
  #asked = FIRST_NUMBER - 1;

  private constructor(cloud: Cloud, vmId: number, kind: GuestKind) {
    this.#cloud = cloud;
    this.vmId = vmId;
    this.kind = kind;
  }

  static async open(cloud: Cloud, root: number, kind: GuestKind): Promise<SoakGuest> {
    const data: number[] = [];
    for (const name of ['b', 'c']) {
      const text = `NAME="${name}-${Date.now()}-${root}-${Math.random()}"\nTYPE="DATABLOCK"\nSIZE="${DISK_MB}"`;
      data.push(
        Number(await cloud.call('one.image.allocate', `${text}\nFORMAT="${kind.format}"\nPERSISTENT="YES"`, 1)),
      );
    }
    for (const id of data) await patiently(`image ${id} is ready`, () => isReady(cloud, id));
    const { kernel, initrd, kernelCommand } = cloud.guest;
    const disks = [root, ...data].map((id) => `DISK=[ IMAGE_ID="${id}" ]`).join('\n');
    const os = `OS=[ KERNEL="${kernel}", INITRD="${initrd}", KERNEL_CMD="${kernelCommand}" ]`;
    const size = `CPU="0.05"\nVCPU="1"\nMEMORY="${MEMORY_MB}"`;
    const vmId = Number(
      await cloud.call('one.vm.allocate', `${size}\n${disks}\n${os}\nBACKUP_CONFIG=[ ${kind.config} ]`, false),
    );
    const guest = new SoakGuest(cloud, vmId, kind);
    await guest.write();
    return guest;
  }

  /** Waits until it has booted, and lets it write on. */
  async write(next?: number): Promise<void> {
    await vmIs(this.#cloud, this.vmId, '3/3');
    const newest = next === undefined ? this.said : this.lineage.at(-2)?.to;
    const again = newest ?? FIRST_NUMBER - 1;
    const console = await consoleOf(this.#cloud, this.vmId);
    await console.run(writer(this.vmId, again, next ?? again + 1, PAUSE_MS), NEVER_MS).finally(() => console.close());
    // what it said before a restore is said no more
    if (next !== undefined) await patiently(`VM ${this.vmId} writes again`, () => Promise.resolve(this.said >= next));
  }

  /** The last number that it has said to be on its disks. */
  get said(): number {
    return lastSaid(this.#tail()) ?? FIRST_NUMBER - 1;
  }

  /** To be called before a backup is asked for. */
  backupIsAsked(): void {
    this.#asked = this.said;
  }

  get asked(): number {
    return this.#asked;
  }

  /** Ends the guest with `end`, looks at its disks, and starts it again. Returns what was wrong. */
  async cycle(end: () => Promise<unknown>): Promise<string[]> {
    await end();
    await vmIs(this.#cloud, this.vmId, '8/0');
    const found = await this.look();
    await this.#resume();
    return found.wrong;
  }

  /** Puts it back with `restore`, while it is off; `newest` is what the point holds. */
  async restored(lineage: Lineage, newest: number, restore: () => Promise<unknown>): Promise<string[]> {
    await this.#cloud.call('one.vm.action', 'poweroff-hard', this.vmId);
    await vmIs(this.#cloud, this.vmId, '8/0');
    const next = Math.max(this.said, (await this.look()).newest) + GAP;
    try {
      await restore();
    } catch (error) {
      await this.#resume(); // it was refused, and nothing has changed
      throw error;
    }
    await vmIs(this.#cloud, this.vmId, '8/0');
    const found = await this.#examine(await this.#ownFiles(), lineage);
    if (found.newest !== newest) found.wrong.push(`it was put back to ${found.newest}, and the point holds ${newest}`);
    this.lineage = putBack(lineage, found.newest, next);
    await this.#cloud.call('one.vm.action', 'resume', this.vmId);
    await this.write(next);
    return found.wrong;
  }

  async #resume(): Promise<void> {
    await this.#cloud.call('one.vm.action', 'resume', this.vmId);
    await this.write();
  }

  /** What its disks hold while it is off. All that it has said must be there. */
  async look(): Promise<Found> {
    const found = await this.#examine(await this.#files(), this.lineage);
    if (found.newest < this.said) {
      found.wrong.push(`it has said ${this.said}, and its disks hold ${found.newest}`);
    }
    return found;
  }

  async #examine(files: Array<[path: string, format: string]>, lineage: Lineage): Promise<Found> {
    const contents = await Promise.all(files.slice(1).map(([path, format]) => contentOf(path, format)));
    return examine(this.vmId, contents, lineage);
  }

  /** Files of its disks as libvirt knows them, layers over them included. */
  async #files(): Promise<Array<[path: string, format: string]>> {
    const xml = await virsh('dumpxml', `one-${this.vmId}`);
    return [...xml.matchAll(/<disk .*?<\/disk>/gs)]
      .map(([disk]) => disk)
      .filter((disk) => disk.includes("device='disk'"))
      .map((disk) => [
        /<source file='([^']+)'/.exec(disk)?.[1] ?? '',
        /<driver [^>]*type='(\w+)'/.exec(disk)?.[1] ?? '',
      ]);
  }

  /** Files of its images: what its disks are when they have just been restored, which libvirt learns when it starts again. */
  async #ownFiles(): Promise<Array<[path: string, format: string]>> {
    const disks = (await this.#cloud.info('vm', this.vmId)).children('TEMPLATE/DISK');
    const images = await Promise.all(disks.map((disk) => this.#cloud.info('image', Number(disk.textOf('IMAGE_ID')))));
    return images.map((image) => [image.textOf('SOURCE'), image.textOf('FORMAT')]);
  }

  async kill(): Promise<void> {
    process.kill(Number(await readFile(`/run/libvirt/qemu/one-${this.vmId}.pid`, 'utf8')), 'SIGKILL');
  }

  #tail(): string {
    const log = openSync(`${this.#cloud.directory}/datastores/0/${this.vmId}/console.log`, 'r');
    try {
      const bytes = Buffer.alloc(TAIL_BYTES);
      const from = Math.max(0, fstatSync(log).size - TAIL_BYTES);
      return bytes.toString('latin1', 0, readSync(log, bytes, 0, TAIL_BYTES, from));
    } finally {
      closeSync(log);
    }
  }
}

export async function consoleOf(cloud: Cloud, vmId: number): Promise<GuestConsole> {
  const console = await GuestConsole.ofDomain(`one-${vmId}`, `${cloud.directory}/datastores/0/${vmId}/console.log`);
  await console.ready(NEVER_MS);
  return console;
}

/** Where a boot that failed leaves a machine: BOOT_FAILURE, PROLOG_FAILURE. */
const FAILED = /^3\/(36|39) /;

/** Waits for STATE/LCM_STATE. */
export async function vmIs(cloud: Cloud, vmId: number, wanted: string): Promise<void> {
  let seen = '';
  await patiently(
    `VM ${vmId} is in state ${wanted}`,
    async () => {
      const vm = await cloud.info('vm', vmId);
      seen = `${vm.textOf('STATE')}/${vm.textOf('LCM_STATE')} ${vm.textOf('USER_TEMPLATE/ERROR')}`;
      if (FAILED.test(seen)) throw new Error(`VM ${vmId} is in ${seen}`);
      return seen.startsWith(`${wanted} `);
    },
    () => seen,
  );
}

export async function isReady(cloud: Cloud, imageId: number): Promise<boolean> {
  const image = await cloud.info('image', imageId);
  if (image.textOf('STATE') === '5') throw new Error(`Image ${imageId}: ${image.textOf('TEMPLATE/ERROR')}`);
  return image.textOf('STATE') === '1';
}

export async function patiently(what: string, look: () => Promise<boolean>, seen = (): string => ''): Promise<void> {
  for (const end = Date.now() + NEVER_MS; Date.now() < end; await sleep(LOOK_MS)) if (await look()) return;
  throw new Error(`It did not happen in half an hour that ${what}: ${seen()}`);
}

let copies = 0;
/** All of a small disk. */
export async function contentOf(path: string, format: string): Promise<Buffer> {
  const copy = `/dev/shm/onevault-soak-${process.pid}-${copies++}.raw`;
  try {
    await run(['qemu-img', 'convert', '-U', '-f', format, '-O', 'raw', path, copy]);
    return await readFile(copy);
  } finally {
    await rm(copy, { force: true });
  }
}
