// Builds the appliance, a kernel and an initramfs, of Debian's packages and programs of this machine. Nothing is installed; what was built
// before is used again.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { run } from '../exec/exec.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { INIT, LVM_CONF, MODULES, SERVER } from './guest-text.ts';

const BUSYBOX = '/bin/busybox';
const KERNEL = 'linux-image-cloud-amd64';
const LVM = 'lvm2';
const DOWNLOAD_MS = 300_000;
const ESSENTIAL = ['/usr/bin/perl'];

export interface Appliance {
  kernel: string;
  initrd: string;
}

/** What is missing in `directory` is built. Throws OneError with what mends it. */
export async function buildAppliance(directory: string): Promise<Appliance> {
  const recipe = createHash('sha256').update(INIT + LVM_CONF + SERVER + MODULES.join()).digest('hex').slice(0, 8);
  const target = join(directory, recipe);
  const built = { kernel: join(target, 'vmlinuz'), initrd: join(target, 'initrd.img') };
  if (await exists(target)) return built;
  try {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    const work = await mkdtemp(join(directory, '.build-'));
    try {
      await buildIn(work);
      // of two that build at the same time, the second finds the first one's and leaves it
      await rename(join(work, 'built'), target).catch(async (error: unknown) => {
        if (!(await exists(target))) throw error;
      });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  } catch (cause) {
    const why = reasonOf(cause);
    throw new OneError(CODE.ACTION, `Could not build the small machine that reads files out of backups in ${directory}: ${why}`, {
      hint: `Its parts are Debian's packages ${KERNEL}, ${LVM}, busybox-static and perl-base: see that apt-get update and apt-get download ${LVM} work here, and that apt-get install busybox-static xz-utils has been run.`,
      cause,
    });
  }
  return built;
}

async function buildIn(work: string): Promise<void> {
  const packages = join(work, 'packages');
  const tree = join(work, 'tree');
  const out = join(work, 'built');
  for (const path of [packages, out]) await mkdir(path);
  for (const path of ['bin', 'dev', 'proc', 'sys', 'run', 'etc/lvm', 'modules', 'volumes']) {
    await mkdir(join(tree, path), { recursive: true });
  }
  const kernel = /Depends: (linux-image-\S+)/.exec((await run(['apt-cache', 'depends', KERNEL])).stdout)?.[1];
  if (kernel === undefined) throw new Error(`apt-cache names no kernel for ${KERNEL}.`);
  const wanted = [kernel, LVM, ...(await missingLibraries())];
  await run(['apt-get', 'download', '-q', ...wanted], { cwd: packages, timeoutMs: DOWNLOAD_MS });
  const unpacked = join(work, 'unpacked');
  for (const file of await readdir(packages)) await run(['dpkg-deb', '-x', join(packages, file), unpacked]);
  await addModules(unpacked, join(tree, 'modules'));
  await copyFile(BUSYBOX, join(tree, 'bin/busybox'));
  for (const program of [...ESSENTIAL, await found(unpacked, 'lvm')]) await addProgram(tree, program, unpacked);
  await writeFile(join(tree, 'init'), INIT, { mode: 0o755 });
  await writeFile(join(tree, 'files.pl'), SERVER);
  await writeFile(join(tree, 'etc/lvm/lvm.conf'), LVM_CONF);
  const names = (await readdir(tree, { recursive: true })).sort().join('\n');
  await run([BUSYBOX, 'cpio', '-o', '-H', 'newc', '-F', join(out, 'initrd.img')], { cwd: tree, input: `${names}\n` });
  const image = (await readdir(join(unpacked, 'boot'))).find((file) => file.startsWith('vmlinuz-'));
  if (image === undefined) throw new Error(`${kernel} holds no kernel.`);
  await copyFile(join(unpacked, 'boot', image), join(out, 'vmlinuz'));
}

/** The packages of libraries that lvm needs and that are not installed here. */
async function missingLibraries(): Promise<string[]> {
  const missing = new Set<string>();
  const queue = [LVM];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const { stdout } = await run(['apt-cache', 'depends', name]);
    for (const [, library = ''] of stdout.matchAll(/^ {2}Depends: (lib\S+)/gm)) {
      if (missing.has(library) || (await isInstalled(library))) continue;
      missing.add(library);
      queue.push(library);
    }
  }
  return [...missing];
}

async function isInstalled(name: string): Promise<boolean> {
  const { stdout } = await run(['dpkg-query', '-W', '-f=${db:Status-Status}', name], { okCodes: [1] });
  return stdout === 'installed';
}

/** Copies the modules and those that they need, and writes the order in which they are loaded. */
async function addModules(unpacked: string, target: string): Promise<void> {
  const files = (await readdir(join(unpacked, 'lib/modules'), { recursive: true })).filter((file) =>
    /\.ko(\.xz)?$/.test(file),
  );
  const byName = new Map(files.map((file) => [moduleName(file), join(unpacked, 'lib/modules', file)]));
  const order: string[] = [];
  const add = async (name: string): Promise<void> => {
    const from = byName.get(name);
    if (from === undefined || order.includes(`${name}.ko`)) return;
    const to = join(target, `${name}.ko`);
    await copyFile(from, from.endsWith('.xz') ? `${to}.xz` : to);
    if (from.endsWith('.xz')) await run(['xz', '-d', `${to}.xz`]);
    const needs = /\0depends=([^\0]*)\0/.exec((await readFile(to)).toString('latin1'))?.[1] ?? '';
    for (const needed of needs.split(',').filter(Boolean)) await add(moduleName(needed));
    order.push(`${name}.ko`);
  };
  for (const module of MODULES) await add(moduleName(module));
  await writeFile(join(target, 'order'), `${order.join('\n')}\n`);
}

function moduleName(file: string): string {
  return basename(file)
    .replace(/\.ko(\.xz)?$/, '')
    .replaceAll('-', '_');
}

/** A program with the libraries that the loader wants for it, those in `unpacked` included. */
async function addProgram(tree: string, program: string, unpacked: string): Promise<void> {
  const libraries = (await readdir(unpacked, { recursive: true })).filter((file) => /\.so(\.|$)/.test(file));
  const places = [...new Set(libraries.map((file) => dirname(join(unpacked, file))))].filter(
    (place) => !place.includes('/lib/modules'),
  );
  const { stdout } = await run(['ldd', program], { env: { LD_LIBRARY_PATH: places.join(':') } });
  const lacking = /^\s*(\S+) => not found/m.exec(stdout)?.[1];
  if (lacking !== undefined) throw new Error(`${basename(program)} needs ${lacking}, which is not here.`);
  await copyFile(program, join(tree, 'bin', basename(program)));
  for (const library of stdout.match(/\/\S+/g) ?? []) {
    const inside = library.startsWith(unpacked) ? library.slice(unpacked.length) : library;
    await mkdir(dirname(join(tree, inside)), { recursive: true });
    await copyFile(library, join(tree, inside));
  }
}

async function found(unpacked: string, name: string): Promise<string> {
  for (const directory of ['sbin', 'usr/sbin']) {
    if (await exists(join(unpacked, directory, name))) return join(unpacked, directory, name);
  }
  throw new Error(`The package ${LVM} holds no ${name}.`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
