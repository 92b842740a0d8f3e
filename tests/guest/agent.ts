// The guest agent of the test guest is QEMU's own, from its Debian package, with the shared libraries that this machine runs it with.
import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../../src/exec/exec.ts';

const PACKAGE = 'qemu-guest-agent';
const PROGRAM = 'usr/sbin/qemu-ga';

/** Leaves in `target` the files of the agent, each where it belongs below the root of a guest. */
export async function fetchAgent(work: string, target: string): Promise<void> {
  const download = join(work, 'agent-package');
  await mkdir(download);
  await run(['apt-get', 'download', '-q', PACKAGE], { cwd: download, timeoutMs: 300_000 });
  const packed = (await readdir(download)).find((file) => file.endsWith('.deb'));
  if (packed === undefined) throw new Error(`apt-get download ${PACKAGE} left no package.`);
  const unpacked = join(work, 'agent-unpacked');
  await run(['dpkg-deb', '-x', join(download, packed), unpacked]);
  const tree = join(work, 'agent');
  await copyInto(tree, join(unpacked, PROGRAM), PROGRAM);
  for (const library of await librariesOf(join(unpacked, PROGRAM))) await copyInto(tree, library, library);
  await rm(target, { recursive: true, force: true });
  await rename(tree, target);
}

/** Where the loader looks for them; a program that lacks one says so here and not only in the guest. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run(['ldd', program]);
  const missing = /^\s*(\S+) => not found/m.exec(stdout)?.[1];
  if (missing !== undefined) throw new Error(`${PACKAGE} needs ${missing}, which this machine does not have.`);
  return stdout.match(/\/\S+/g) ?? [];
}

async function copyInto(tree: string, from: string, path: string): Promise<void> {
  const to = join(tree, path);
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  await chmod(to, 0o755);
}
