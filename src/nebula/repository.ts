// Looks into a repository that OpenNebula wrote for what an image is to become. Nothing there is changed: the files are listed and shown
// without a lock, and of each disk only the header is read.
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BackupStore, StoreView } from '../datastore/backup-store.ts';
import { openInside } from '../datastore/inside.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { BackupPoint } from '../model/image.ts';
import type { NebulaIncrement } from './documents.ts';
import type { PlannedDatastore, PlannedImage } from './plan.ts';
import { backupFilesOf, machineOf, pointOf, virtualBytesOf, whyNotOn, type BackupFiles } from './point.ts';

const HEADER_BYTES = 65_536;
const MOST_VM_XML_BYTES = 8 * 2 ** 20;
const TRIES = 5;
const RETRY_MS = 100;

export interface FoundImage {
  planned: PlannedImage;
  /** Oldest first; empty when nothing of it can be read. */
  points: BackupPoint[];
  /** What is not taken of it, in words. */
  lines: string[];
}

/** Reads what there is of a datastore's images. Throws OneError when the repository cannot be opened. */
export async function readRepository(
  store: BackupStore,
  { images, origin }: PlannedDatastore,
  signal: AbortSignal,
): Promise<FoundImage[]> {
  if (!store.contents) throw new OneError(CODE.INTERNAL, `The files of ${origin} cannot be listed by its driver.`);
  await store.prepare(signal);
  const directory = await mkdtemp(join(tmpdir(), 'onevault-import-'));
  try {
    const view = await store.view(directory, signal);
    try {
      const found: FoundImage[] = [];
      for (const planned of images) {
        signal.throwIfAborted();
        found.push(await readImage(store, view, planned, signal));
      }
      return found;
    } finally {
      await view.close();
    }
  } finally {
    await rmdir(directory).catch(() => undefined); // an empty directory that is left does no harm
  }
}

async function readImage(
  store: BackupStore,
  view: StoreView,
  planned: PlannedImage,
  signal: AbortSignal,
): Promise<FoundImage> {
  const points: BackupPoint[] = [];
  const lines = [...planned.notes];
  for (const increment of planned.increments) {
    const found = await readPoint(store, view, planned, increment, signal);
    const point = typeof found === 'string' ? found : found.point;
    const before = points.at(-1);
    const why = typeof point === 'string' ? point : before && whyNotOn(before, point);
    if (typeof found !== 'string') lines.push(...found.lines);
    if (why !== undefined || typeof point === 'string') {
      const later = planned.increments.length > points.length + 1 ? ', and what stands on it,' : '';
      lines.push(`increment ${increment.id} (${increment.source})${later} is not imported: ${why ?? ''}`);
      break;
    }
    points.push(point);
  }
  return { planned, points, lines };
}

async function readPoint(
  store: BackupStore,
  view: StoreView,
  { vmId, origin }: PlannedImage,
  increment: NebulaIncrement,
  signal: AbortSignal,
): Promise<{ point: BackupPoint; lines: string[] } | string> {
  const { source } = increment;
  try {
    const files = backupFilesOf((await store.contents?.(source, signal)) ?? []);
    if (typeof files === 'string') return files;
    const pathOf = (file: string): string => view.pathOf(source, `${files.directory}/${file}`);
    const vmTemplate = machineOf(
      (await firstOf(view.root, pathOf('vm.xml'), MOST_VM_XML_BYTES)).toString('utf8'),
      vmId,
    );
    if (typeof vmTemplate === 'string') return vmTemplate;
    const virtualBytes = await sizesOf(files, view.root, pathOf, increment.type === 'FULL');
    if (typeof virtualBytes === 'string') return virtualBytes;
    const others = files.others.map((file) => `${file} of increment ${increment.id} has no place here`);
    return { point: pointOf({ increment, files, virtualBytes, vmTemplate, origin }), lines: others };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OneError && error.retry) throw error;
    return reasonOf(error).replace(/\.$/, '');
  }
}

async function sizesOf(
  { disks }: BackupFiles,
  root: string,
  pathOf: (file: string) => string,
  whole: boolean,
): Promise<Map<number, number> | string> {
  const sizes = new Map<number, number>();
  for (const { diskId, file } of disks) {
    const bytes = virtualBytesOf(file, await firstOf(root, pathOf(file), HEADER_BYTES), whole);
    if (typeof bytes === 'string') return bytes;
    sizes.set(diskId, bytes);
  }
  return sizes;
}

/** The first bytes of a file, all of them when it has no more than `most`. A mount may be interrupted in its first answers. */
async function firstOf(root: string, path: string, most: number): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readFirst(root, path, most);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (attempt === TRIES || (code !== 'EIO' && code !== 'EINTR')) throw error;
      await delay(attempt * RETRY_MS);
    }
  }
}

async function readFirst(root: string, path: string, most: number): Promise<Buffer> {
  const file = await openInside(root, path);
  try {
    const bytes = Buffer.alloc(Math.min(most, (await file.stat()).size));
    for (let filled = 0; filled < bytes.length;) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
      if (bytesRead === 0) return bytes.subarray(0, filled);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}
