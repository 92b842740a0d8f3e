// The scene of the backup bench: a live guest with a disk of 2 GiB, all of it allocated, half of it incompressible, the
// other half like text; and the ways to store it that are compared.
import { createCipheriv, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { run } from '../../src/exec/exec.ts';
import { URI, virsh } from '../guest/domains.ts';
import { Cloud, RESTIC_PASSWORD } from '../integration/cloud.ts';

const MIB = 2 ** 20;
export const DISK_MIB = 2048;

export interface Scene {
  cloud: Cloud;
  vmId: number;
  domain: string;
  /** The disk that is backed up: raw, on the target vdb. */
  disk: string;
  /** A directory for what the other ways write. */
  work: string;
  /** Process of the guest's QEMU. */
  qemu: number;
}

export async function openScene(): Promise<Scene> {
  const cloud = await Cloud.open(79000);
  const path = `${cloud.directory}/data.raw`;
  await writeDisk(path);
  const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  const data = await cloud.image('data', { path, format: 'raw', persistent: true });
  await rm(path);
  const vmId = await cloud.vm([root, data]);
  await (await cloud.console(vmId)).close();
  const work = `${cloud.directory}/work`;
  await mkdir(work, { mode: 0o777 });
  const disk = (await cloud.info('image', data)).textOf('SOURCE');
  const qemu = Number(await readFile(`/run/libvirt/qemu/one-${vmId}.pid`, 'utf8'));
  return { cloud, vmId, domain: `one-${vmId}`, disk, work, qemu };
}

/** By turns a MiB of random bytes and a MiB of text, so that no part of the disk is all of one kind. */
async function writeDisk(path: string): Promise<void> {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
  const zeroes = Buffer.alloc(MIB);
  const file = await open(path, 'w');
  for (let index = 0; index < DISK_MIB; index += 2) {
    await file.write(cipher.update(zeroes));
    const line = `${index} ${randomBytes(24).toString('hex')} The quick brown fox jumps over the lazy dog.\n`;
    await file.write(Buffer.from(line.repeat(Math.ceil(MIB / line.length))).subarray(0, MIB));
  }
  await file.close();
}

/** The disk as a stopped guest's image file would be. */
export async function copyStopped(scene: Scene): Promise<string> {
  const path = `${scene.work}/stopped.raw`;
  await run(['cp', '--', scene.disk, path]);
  return path;
}

/** A new, empty restic repository; making it is not part of any measured time. */
export async function repository(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await run(['restic', '-r', path, 'init'], { env: { RESTIC_PASSWORD } });
}

/** libvirt's push-mode backup of the disk into a qcow2, to its end. */
export async function pushBackup(scene: Scene, target: string): Promise<void> {
  const xml = `<domainbackup mode='push'><disks>
    <disk name='vda' backup='no'/>
    <disk name='vdb' backup='yes' type='file'><driver type='qcow2'/><target file='${target}'/></disk>
  </disks></domainbackup>`;
  const file = `${scene.work}/push.xml`;
  await run(['tee', file], { input: xml });
  await virsh('backup-begin', scene.domain, file);
  for (;;) {
    const info = await virsh('domjobinfo', scene.domain);
    if (/Job type:\s+None/.test(info)) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function virtnbdbackup(scene: Scene, target: string): Promise<void> {
  await run(['virtnbdbackup', '-U', URI, '-d', scene.domain, '-l', 'copy', '-x', 'vda', '--raw', '-n', '-o', target]);
}
