// Builds the machine that reads files out of backups, a kernel and an initramfs, of Debian's packages. They are downloaded and unpacked,
// nothing is installed: a host needs neither another kernel in its boot menu nor an LVM that finds the volumes of its guests.
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { run } from '../exec/exec.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { applianceIn, BUILT, exists, GUEST, type Appliance } from './kept.ts';

const BUSYBOX = '/bin/busybox';
/** What the programs of the machine ask of busybox, and where they look for it. */
const APPLETS = ['bin/mount', 'bin/timeout', 'sbin/modprobe'];
const PERL = '/usr/bin/perl';
const KERNEL = 'linux-image-cloud-amd64';
const LVM = 'lvm2';
const DOWNLOAD_MS = 300_000;
/** Drivers, file systems and what volumes of LVM may be made of; what these need comes along, what is built in has no file. */
const MODULES = [
  ...[
    'virtio_pci',
    'virtio_blk',
    'virtio_console',
    'xfs',
    'vfat',
    'nls_cp437',
    'nls_ascii',
    'nls_utf8',
    'nls_iso8859-1',
  ],
  ...['dm-mod', 'dm-snapshot', 'dm-mirror', 'dm-raid', 'dm-thin-pool', 'crc32c_generic'],
];

/** Builds it unless it is there, or anew. Throws OneError with what mends it. */
export async function buildAppliance(when: 'missing' | 'anew' = 'missing'): Promise<Appliance> {
  const wanted = await applianceIn(BUILT);
  if (when === 'missing' && (await exists(wanted.initrd))) return wanted;
  try {
    await mkdir(BUILT, { recursive: true, mode: 0o755 });
    const work = await mkdtemp(join(BUILT, '.build-'));
    try {
      await buildIn(work, wanted);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  } catch (cause) {
    const message = `Could not build the machine that reads files out of backups: ${reasonOf(cause)}`;
    throw new OneError(CODE.ACTION, message, {
      hint: `It is made of Debian's packages ${KERNEL}, ${LVM}, busybox-static and perl-base: see that this is root, and that apt-get update and apt-get download ${LVM} work here.`,
      cause,
    });
  }
  return wanted;
}

async function buildIn(work: string, { kernel, initrd }: Appliance): Promise<void> {
  const [packages, unpacked, tree] = [join(work, 'packages'), join(work, 'unpacked'), join(work, 'tree')];
  for (const path of ['bin', 'sbin', 'dev', 'proc', 'sys', 'run', 'etc/lvm']) {
    await mkdir(join(tree, path), { recursive: true });
  }
  const image = /Depends: (linux-image-\S+)/.exec((await run(['apt-cache', 'depends', KERNEL])).stdout)?.[1];
  if (image === undefined) throw new Error(`apt-cache names no kernel for ${KERNEL}.`);
  await mkdir(packages);
  const wanted = [image, LVM, ...(await missingLibraries())];
  await run(['apt-get', 'download', '-q', ...wanted], { cwd: packages, timeoutMs: DOWNLOAD_MS });
  for (const file of await readdir(packages)) await run(['dpkg-deb', '-x', join(packages, file), unpacked]);
  await addModules(unpacked, tree);
  await copyFile(BUSYBOX, join(tree, 'bin/busybox'));
  for (const applet of APPLETS) await symlink(BUSYBOX, join(tree, applet));
  await addProgram(tree, PERL, unpacked);
  await addProgram(tree, await firstThere(join(unpacked, 'sbin/lvm'), join(unpacked, 'usr/sbin/lvm')), unpacked);
  for (const [name, target] of [
    ['init', 'init'],
    ['files.pl', 'files.pl'],
    ['lvm.conf', 'etc/lvm/lvm.conf'],
  ] as const) {
    await copyFile(join(GUEST, name), join(tree, target));
  }
  await run(['chmod', '755', join(tree, 'init'), join(tree, 'bin/busybox')]);
  const names = (await readdir(tree, { recursive: true })).sort().join('\n');
  await run([BUSYBOX, 'cpio', '-o', '-H', 'newc', '-F', join(work, 'initrd')], { cwd: tree, input: `${names}\n` });
  await run(['chmod', '644', join(unpacked, 'boot', image.replace('linux-image', 'vmlinuz')), join(work, 'initrd')]);
  await rm(initrd, { force: true }); // no kernel with the modules of another
  await rename(join(unpacked, 'boot', image.replace('linux-image', 'vmlinuz')), kernel);
  await rename(join(work, 'initrd'), initrd); // last: it says that all is there
  const mine = [kernel, initrd].map((path) => basename(path));
  for (const name of await readdir(BUILT)) if (!mine.includes(name)) await rm(join(BUILT, name), { recursive: true });
}

/** The packages of libraries that lvm needs and that are not installed here. */
async function missingLibraries(): Promise<string[]> {
  const { stdout: needed } = await run([
    ...['apt-cache', 'depends', '--recurse', '--no-recommends', '--no-suggests', '--no-conflicts', '--no-breaks'],
    ...['--no-replaces', '--no-enhances', LVM],
  ]);
  const { stdout: installed } = await run(['dpkg-query', '-W', '-f=${Package} ${db:Status-Status}\n']);
  const here = new Set(installed.split('\n').flatMap((line) => /^(\S+) installed$/.exec(line)?.[1] ?? []));
  return (needed.match(/^lib\S+$/gm) ?? []).filter((name) => !here.has(name));
}

/** Copies modules with those that they need, and notes of each what that is. */
async function addModules(unpacked: string, tree: string): Promise<void> {
  const [version = ''] = await readdir(join(unpacked, 'lib/modules'));
  const from = join(unpacked, 'lib/modules', version);
  const to = join(tree, 'lib/modules', version);
  await run([BUSYBOX, 'depmod', '-b', unpacked, version]);
  for (const line of (await readFile(join(from, 'modules.dep'), 'utf8')).split('\n')) {
    const [file = '', needs = ''] = line.split(':');
    if (!MODULES.some((name) => basename(file).startsWith(`${name}.ko`))) continue;
    for (const path of [file, ...needs.trim().split(' ').filter(Boolean)]) {
      await mkdir(dirname(join(to, path)), { recursive: true });
      await copyFile(join(from, path), join(to, path));
    }
  }
  await run([BUSYBOX, 'depmod', '-b', tree, version]);
}

/** A program with the libraries that the loader wants for it, those in `unpacked` included. */
async function addProgram(tree: string, program: string, unpacked: string): Promise<void> {
  const libraries = (await readdir(unpacked, { recursive: true })).filter((file) => /\.so\.\d/.test(file));
  const places = new Set(libraries.map((file) => dirname(join(unpacked, file))));
  const { stdout } = await run(['ldd', program], { env: { LD_LIBRARY_PATH: [...places].join(':') } });
  const lacking = /^\s*(\S+) => not found/m.exec(stdout)?.[1];
  if (lacking !== undefined) throw new Error(`${basename(program)} needs ${lacking}, which is not here.`);
  await copyFile(program, join(tree, 'bin', basename(program)));
  for (const library of stdout.match(/\/\S+/g) ?? []) {
    const inside = join(tree, library.startsWith(unpacked) ? library.slice(unpacked.length) : library);
    await mkdir(dirname(inside), { recursive: true });
    await copyFile(library, inside);
  }
}

async function firstThere(...paths: string[]): Promise<string> {
  for (const path of paths) if (await exists(path)) return path;
  throw new Error(`The package ${LVM} holds no lvm.`);
}
