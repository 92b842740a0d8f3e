// The files of the layers over one disk. A layer is made empty under another name and then renamed, so that what has a layer's name is
// whole; nothing is removed before what it held is on stable storage further down.
import { chmod, chown, mkdir, open, readdir, rename, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../../exec/exec.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { list, number, object, text, understood } from '../../model/json-shape.ts';
import type { OverlaidDisk } from '../hypervisor.ts';
import { inOrder, type Layer, type Stack, type Step } from './overlay-plan.ts';

const CHAIN = list(object({ filename: text, format: text }));
const MAP = list(object({ length: number, depth: number }));
/** Work that goes on alone would keep the files locked; it may be cut short anywhere. */
const KILLED = { dieWithParent: true };
/** Half made layers, and layers that nothing stood on although they held something. */
const PART = '.part';
const ASIDE = '.aside';

/** The layers over a disk as their files tell; the disk alone when it has none. */
export async function readStack(disk: OverlaidDisk): Promise<Stack> {
  const base: Layer = { path: disk.path, format: disk.format };
  const names = inOrder(await namesIn(disk.overlays));
  const newest = names.at(-1);
  if (disk.overlays === undefined || newest === undefined) return { layers: [base], strays: [] };
  const directory = disk.overlays;
  const argv = ['qemu-img', 'info', '-U', '-f', 'qcow2', '--output=json', '--backing-chain', join(directory, newest)];
  const chain = understood(CHAIN, 'qemu-img info', (await run(argv)).stdout);
  const end = chain.findIndex(({ filename }) => filename === disk.path);
  if (end < 0) {
    const found = chain.at(-1)?.filename ?? 'nothing';
    throw new OneError(
      CODE.INTERNAL,
      `Disk ${disk.diskId} has a layer ${join(directory, newest)}, which stands on ${found} and not on ${disk.path}.`,
      { hint: `Look at ${directory}: what is no layer of this disk must not be there.` },
    );
  }
  const layers = chain.slice(0, end).map(({ filename }): Layer => ({ path: filename, format: 'qcow2' }));
  const paths = names.map((name) => join(directory, name));
  return {
    layers: [base, ...layers.reverse()],
    strays: paths.filter((path) => !layers.some((layer) => layer.path === path)),
  };
}

/** Everything that lies in the directory. */
export async function namesIn(directory: string | undefined): Promise<string[]> {
  if (directory === undefined) return [];
  return readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
}

/** Makes an empty layer over another one, for the same user. It counts as written when the one below was. */
export async function makeLayer(path: string, below: Layer): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const part = `${path}${PART}`;
  const argv = ['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', below.format, '-b', below.path, part];
  try {
    await run(argv);
    const like = await stat(below.path);
    await chown(part, like.uid, like.gid);
    await chmod(part, like.mode & 0o777);
    await utimes(part, like.atime, like.mtime);
    await flush(part);
    await rename(part, path);
    await flush(directory);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Carries out one change of a disk that no machine has open; QEMU's locks refuse when one has after all. A signal ends a copy. */
export async function carryOut(step: Step, signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted();
  switch (step.kind) {
    case 'commit':
      await run(['qemu-img', 'commit', '-q', '-f', step.layer.format, '-d', '-b', step.into.path, step.layer.path], {
        ...KILLED,
        signal,
      });
      await flush(step.into.path);
      return `Put ${step.layer.path} into ${step.into.path}.`;
    case 'rebase':
      await rebase(step.layer, step.onto);
      return '';
    case 'remove':
      await rm(step.path, { force: true });
      await flush(dirname(step.path));
      return '';
  }
}

/** Only the header changes, so the layer was not written to. */
async function rebase(layer: Layer, onto: Layer): Promise<void> {
  const before = await stat(layer.path);
  await run(
    ['qemu-img', 'rebase', '-q', '-u', '-f', layer.format, '-F', onto.format, '-b', onto.path, layer.path],
    KILLED,
  );
  await utimes(layer.path, before.atime, before.mtime);
  await flush(layer.path);
}

/** What no other file holds is kept under a name that is no layer's. */
export async function setAside(path: string): Promise<string> {
  const aside = `${path}${ASIDE}-${Date.now()}`;
  await rename(path, aside);
  return aside;
}

/** Removes half made layers, and the directory when nothing is left in it. */
export async function tidy(directory: string | undefined): Promise<void> {
  if (directory === undefined) return;
  for (const name of await namesIn(directory)) {
    if (name.endsWith(PART)) await rm(join(directory, name), { force: true });
  }
  await rmdir(directory).catch(() => undefined); // there are layers in it, or it never was there
}

/** Bytes written to the newest `count` layers over a disk. Its machine may be writing: then this is about right. */
export async function writtenBytes(newest: Layer, count: number): Promise<number> {
  const argv = ['qemu-img', 'map', '-U', '-f', newest.format, '--output=json', newest.path];
  const extents = understood(MAP, 'qemu-img map', (await run(argv)).stdout);
  return extents.reduce((sum, { length, depth }) => sum + (depth < count ? length : 0), 0);
}

/** Waits until the file, as it is now, would survive a loss of power. */
export async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
