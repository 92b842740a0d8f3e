// Builds a small Linux guest from Debian's own packages: kernel, initramfs, an ext4 root disk and an ext4 data disk. Root
// file system and data live on disks, so that a backup of the disks is a backup of the guest. Nothing is installed or
// mounted. What an earlier build left in the directory is used again.
import { createCipheriv, createHash } from 'node:crypto';
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from '../../src/exec/exec.ts';
import { fetchAgent } from './agent.ts';
import * as files from './files.ts';
import { unpackedKernel } from './kernel.ts';

const BUSYBOX = '/bin/busybox';
const META_PACKAGE = 'linux-image-cloud-amd64';
const ROOT_MB = 96;
const DATA_MB = 256;

export interface Guest {
  kernel: string;
  initrd: string;
  /** Raw ext4 images, sparse. Copy them (copyDisk) before a guest writes to them. */
  rootImage: string;
  dataImage: string;
  /** Kernel command line that boots it, with the root disk as /dev/vda. */
  kernelCommand: string;
}

/** Builds what is missing in `directory` and returns the paths. Needs busybox-static, mke2fs, apt-get, dpkg-deb and ldd. */
export async function buildGuest(directory: string, dataMb: number = DATA_MB): Promise<Guest> {
  const at = resolve(directory);
  const guest: Guest = {
    kernel: join(at, 'vmlinux'),
    initrd: join(at, `initrd-${await recipeHash()}.img`),
    rootImage: join(at, `root-${await recipeHash()}.raw`),
    dataImage: join(at, `data-${dataMb}-${await recipeHash()}.raw`),
    kernelCommand: 'console=ttyS0 quiet panic=1 no_timer_check cryptomgr.notests root=/dev/vda',
  };
  await mkdir(at, { recursive: true });
  const work = await mkdtemp(join(at, '.build-'));
  try {
    if (!(await exists(join(at, 'modules'))) || !(await exists(guest.kernel))) await fetchKernel(at, work);
    if (!(await exists(guest.initrd))) await buildInitrd(at, work, guest.initrd);
    if (!(await exists(join(at, 'agent')))) await fetchAgent(work, join(at, 'agent'));
    if (!(await exists(guest.rootImage))) await buildRoot(at, work, guest.rootImage);
    if (!(await exists(guest.dataImage))) await buildData(work, guest.dataImage, dataMb);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return guest;
}

/** A sparse copy of a disk image that a guest may write to and that any user may open. */
export async function copyDisk(image: string, target: string): Promise<string> {
  await run(['cp', '--sparse=always', '--', image, target]);
  await chmod(target, 0o666);
  return target;
}

async function fetchKernel(at: string, work: string): Promise<void> {
  const { stdout } = await run(['apt-cache', 'depends', META_PACKAGE]);
  const name = /Depends: (linux-image-\S+)/.exec(stdout)?.[1];
  if (name === undefined) throw new Error(`apt-cache names no kernel for ${META_PACKAGE}; run apt-get update.`);
  await run(['apt-get', 'download', '-q', name], { cwd: work, timeoutMs: 300_000 });
  const packed = (await readdir(work)).find((file) => file.endsWith('.deb'));
  if (packed === undefined) throw new Error(`apt-get download ${name} left no package.`);
  const tree = join(work, 'kernel');
  await run(['dpkg-deb', '-x', join(work, packed), tree]);
  const image = (await readdir(join(tree, 'boot'))).find((file) => file.startsWith('vmlinuz-'));
  const version = (await readdir(join(tree, 'lib/modules')))[0];
  if (image === undefined || version === undefined) throw new Error(`${packed} holds no kernel.`);
  const modules = join(work, 'modules');
  await mkdir(modules);
  for (const module of [...files.EARLY_MODULES, ...files.BOOT_MODULES, ...files.LATE_MODULES]) {
    const file = `${module}.ko`;
    await copyFile(join(tree, 'lib/modules', version, 'kernel', file), join(modules, baseName(file)));
  }
  await writeFile(join(work, 'vmlinux'), unpackedKernel(await readFile(join(tree, 'boot', image))));
  await publish(join(work, 'vmlinux'), join(at, 'vmlinux'));
  await rm(join(at, 'modules'), { recursive: true, force: true });
  await rename(modules, join(at, 'modules'));
}

async function buildInitrd(at: string, work: string, target: string): Promise<void> {
  const tree = join(work, 'initrd');
  for (const directory of ['bin', 'dev', 'proc', 'root', 'modules'])
    await mkdir(join(tree, directory), { recursive: true });
  await copyFile(BUSYBOX, join(tree, 'bin/busybox'));
  for (const module of files.EARLY_MODULES) {
    await copyFile(join(at, 'modules', `${baseName(module)}.ko`), join(tree, 'modules', `${baseName(module)}.ko`));
  }
  await script(join(tree, 'init'), files.INITRAMFS_INIT);
  const names = (await readdir(tree, { recursive: true })).sort().join('\n');
  const archive = join(work, 'initrd.img');
  await run([BUSYBOX, 'cpio', '-o', '-H', 'newc', '-F', archive], { cwd: tree, input: `${names}\n` });
  await publish(archive, target);
}

async function buildRoot(at: string, work: string, target: string): Promise<void> {
  const tree = join(work, 'root');
  const directories = [
    'bin',
    'dev',
    'proc',
    'sys',
    'tmp',
    'run',
    'root',
    'data',
    'mnt',
    'etc/acpi/PWRF',
    'sbin',
    'lib/modules',
  ];
  for (const directory of directories) await mkdir(join(tree, directory), { recursive: true });
  await copyFile(BUSYBOX, join(tree, 'bin/busybox'));
  const { stdout } = await run([BUSYBOX, '--list']);
  for (const applet of stdout.trim().split('\n')) {
    if (applet !== 'busybox') await symlink('/bin/busybox', join(tree, applet === 'init' ? 'sbin' : 'bin', applet));
  }
  for (const module of [...files.BOOT_MODULES, ...files.LATE_MODULES]) {
    await copyFile(join(at, 'modules', `${baseName(module)}.ko`), join(tree, 'lib/modules', `${baseName(module)}.ko`));
  }
  await writeFile(join(tree, 'etc/inittab'), files.INITTAB);
  await script(join(tree, 'etc/rc'), files.RC);
  await script(join(tree, 'etc/acpi/PWRF/00000080'), files.POWER_BUTTON);
  await script(join(tree, 'sbin/console-loop'), files.CONSOLE_LOOP);
  await script(join(tree, 'sbin/guest-agent'), files.GUEST_AGENT);
  await script(join(tree, 'sbin/scribble'), files.SCRIBBLE);
  await cp(join(at, 'agent'), tree, { recursive: true });
  await fill(join(tree, 'usr/share/guest'), 300, 64 * 1024);
  await makeDisk(tree, join(work, 'root.raw'), ROOT_MB, 'root');
  await publish(join(work, 'root.raw'), target);
}

async function buildData(work: string, target: string, dataMb: number): Promise<void> {
  const tree = join(work, 'data');
  await fill(tree, 100, Math.floor((dataMb * 1024 * 1024) / 400));
  await makeDisk(tree, join(work, 'data.raw'), dataMb, 'data');
  await publish(join(work, 'data.raw'), target);
}

/** `count` files of up to `bytes` bytes each, always the same ones, with a SHA256SUMS beside them. */
async function fill(directory: string, count: number, bytes: number): Promise<void> {
  await mkdir(directory, { recursive: true });
  let sums = '';
  for (let index = 0; index < count; index++) {
    const key = createHash('sha256').update(`file ${index}`).digest();
    const size = Math.max(1, Math.floor((bytes * (key[0] ?? 0)) / 255));
    const noise = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
    const content = index % 3 === 0 ? Buffer.from(noise.toString('hex').slice(0, size)) : noise;
    await writeFile(join(directory, `file-${index}`), content);
    sums += `${createHash('sha256').update(content).digest('hex')}  file-${index}\n`;
  }
  await writeFile(join(directory, 'SHA256SUMS'), sums);
}

async function makeDisk(tree: string, image: string, sizeMb: number, label: string): Promise<void> {
  // Nothing is left for the guest to initialise in the background: an idle guest must not write.
  const options = 'lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0';
  await run(['mke2fs', '-q', '-F', '-t', 'ext4', '-L', label, '-E', options, '-d', tree, image, `${sizeMb}M`]);
}

async function publish(file: string, target: string): Promise<void> {
  await chmod(file, 0o644);
  await rename(file, target);
}

async function script(path: string, content: string): Promise<void> {
  await writeFile(path, content, { mode: 0o755 });
}

let recipe: string | undefined;
/** Changes when the guest's recipe changes, so that an old build is not taken for a new one. */
async function recipeHash(): Promise<string> {
  const parts = await Promise.all(
    ['agent.ts', 'build.ts', 'files.ts'].map((name) => readFile(join(import.meta.dirname, name))),
  );
  recipe ??= createHash('sha256').update(Buffer.concat(parts)).digest('hex').slice(0, 8);
  return recipe;
}

function baseName(path: string): string {
  return path.split('/').at(-1) ?? path;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

if (import.meta.main) {
  const guest = await buildGuest(process.argv[2] ?? 'var/guest');
  process.stdout.write(`${JSON.stringify(guest, null, 2)}\n`);
}
