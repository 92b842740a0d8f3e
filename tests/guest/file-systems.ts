// File systems with files in them, as images: nothing is mounted and nothing installed. The programs for xfs and vfat come from their
// Debian packages, downloaded once.
import { access, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/exec/exec.ts';

const TOOLS = join(import.meta.dirname, '../../var/guest/file-systems');
const PACKAGES = ['xfsprogs', 'libinih1', 'liburcu8', 'mtools'];
/** With these, which are its own tests', mkfs.xfs makes file systems of less than 300 MB. */
const SMALL = { TEST_DIR: '/', TEST_DEV: '/', QA_CHECK_FS: '1' };
const env = { LD_LIBRARY_PATH: join(TOOLS, 'usr/lib/x86_64-linux-gnu'), ...SMALL };

/** Downloads what is missing. */
export async function fetchFileSystemTools(): Promise<void> {
  if (await access(TOOLS).then(() => true, () => false)) return; // prettier-ignore
  await mkdir(join(TOOLS, '..'), { recursive: true });
  const work = await mkdtemp(`${TOOLS}-`);
  const tree = join(work, 'tree');
  await run(['apt-get', 'download', '-q', ...PACKAGES], { cwd: work, timeoutMs: 300_000 });
  for (const file of (await readdir(work)).filter((name) => name.endsWith('.deb'))) {
    await run(['dpkg-deb', '-x', join(work, file), tree]);
  }
  await rename(tree, TOOLS).catch(() => undefined); // another test was first
  await rm(work, { recursive: true, force: true });
}

export async function ext4(tree: string, image: string, sizeMb: number, label: string): Promise<void> {
  await run(['mke2fs', '-q', '-F', '-t', 'ext4', '-L', label, '-d', tree, image, `${sizeMb}M`]);
}

export async function vfat(tree: string, image: string, sizeMb: number, label: string): Promise<void> {
  await run(['truncate', '-s', `${sizeMb}M`, image]);
  const [mformat, mcopy] = ['mformat', 'mcopy'].map((name) => join(TOOLS, 'usr/bin', name));
  await run([mformat ?? '', '-i', image, '-v', label, '-T', `${sizeMb * 2048}`, '-h', '16', '-s', '63', '::']);
  const names = (await readdir(tree)).map((name) => join(tree, name));
  await run([mcopy ?? '', '-s', '-m', '-i', image, ...names, '::']);
}

export async function xfs(tree: string, image: string, sizeMb: number, label: string): Promise<void> {
  const prototype = `${image}.prototype`;
  await writeFile(prototype, `/dev/null\n0 0\n${await prototypeOf(tree, 'd--755 0 0')}`);
  await run(['truncate', '-s', `${sizeMb}M`, image]);
  await run([join(TOOLS, 'sbin/mkfs.xfs'), '-q', '-L', label, '-p', prototype, image], { env });
}

async function prototypeOf(path: string, head: string): Promise<string> {
  const lines = [head];
  for (const name of (await readdir(path)).sort()) {
    const inside = join(path, name);
    const mode = ((await stat(inside)).mode & 0o777).toString(8);
    if ((await stat(inside)).isDirectory()) lines.push(await prototypeOf(inside, `${name} d--${mode} 0 0`));
    else lines.push(`${name} ---${mode} 0 0 ${inside}`);
  }
  return `${lines.join('\n')}\n$\n`;
}
