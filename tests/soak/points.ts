// What every disk held at each point, copied by other means at that very instant, and the comparison of a restored point with it.
import { mkdir, rm, stat } from 'node:fs/promises';
import { run } from '../../src/exec/exec.ts';
import { sameContent, type Cloud } from '../integration/cloud.ts';
import type { MachineDisk } from './machine.ts';

export interface PointName {
  imageId: number;
  pointId: number;
}

interface Copy {
  diskId: number;
  path: string;
}

export class References {
  readonly #cloud: Cloud;
  readonly #directory: string;
  readonly #copies = new Map<string, Copy[]>();
  #next = 0;

  private constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#directory = `${cloud.directory}/reference`;
  }

  static async open(cloud: Cloud): Promise<References> {
    const references = new References(cloud);
    await mkdir(references.#directory);
    return references;
  }

  /** Copies the disks as they are; nothing may write to them meanwhile. */
  async copy(disks: readonly MachineDisk[]): Promise<Copy[]> {
    const number = this.#next++;
    return Promise.all(
      disks.map(async ({ diskId, path }) => {
        const to = `${this.#directory}/${number}-${diskId}.raw`;
        await run(['qemu-img', 'convert', '-U', '-f', 'qcow2', '-O', 'raw', path, to]);
        return { diskId, path: to };
      }),
    );
  }

  keep(point: PointName, copies: Copy[]): void {
    this.#copies.set(keyOf(point), copies);
  }

  async drop(copies: Copy[]): Promise<void> {
    for (const { path } of copies) await rm(path);
  }

  /** Forgets the points that are not there any more. */
  async only(points: readonly PointName[]): Promise<void> {
    const there = points.map(keyOf);
    for (const [key, copies] of this.#copies) {
      if (there.includes(key)) continue;
      this.#copies.delete(key);
      await this.drop(copies);
    }
  }

  /** Restores the point and says what is not as it was; empty when all is. */
  async differences(point: PointName): Promise<string[]> {
    const copies = this.#copies.get(keyOf(point));
    if (!copies) return [`there is no reference of ${keyOf(point)}`];
    const { imageId, pointId } = point;
    const name = `restored-${this.#next++}`;
    const { template, images } = await this.#cloud.restore(imageId, `NAME="${name}"\nINCREMENT_ID="${pointId}"`);
    const found = images.length === copies.length ? [] : [`${images.length} disks instead of ${copies.length}`];
    for (const [index, { diskId, path }] of copies.entries()) {
      const id = images[index];
      if (id === undefined) continue;
      const source = (await this.#cloud.info('image', id)).textOf('SOURCE');
      if ((await sizeOf(source)) !== (await stat(path)).size) found.push(`disk ${diskId} has another size`);
      if (!(await sameContent([source, 'qcow2'], [path, 'raw']))) found.push(`disk ${diskId} holds something else`);
    }
    if (found.length === 0) await this.#remove(template, images);
    return found.map((what) => `${keyOf(point)}: ${what} (${images.join(', ')})`);
  }

  async #remove(template: number, images: readonly number[]): Promise<void> {
    await this.#cloud.call('one.template.delete', template, false);
    for (const id of images) await this.#cloud.call('one.image.delete', id);
  }
}

/** Every point of the VM's backups that can be restored, oldest first. */
export async function pointsOf(cloud: Cloud, vmId: number): Promise<Array<PointName & { type: string }>> {
  const backups = (await cloud.pool('image')).filter(
    (image) => image.textOf('TYPE') === '6' && image.children('VMS/ID').some((id) => id.text === String(vmId)),
  );
  return backups
    .map((image) => ({
      imageId: Number(image.textOf('ID')),
      increments: image.children('BACKUP_INCREMENTS/INCREMENT'),
    }))
    .sort((a, b) => a.imageId - b.imageId)
    .flatMap(({ imageId, increments }) =>
      increments.map((one) => ({ imageId, pointId: Number(one.textOf('ID')), type: one.textOf('TYPE') })),
    );
}

export function keyOf({ imageId, pointId }: PointName): string {
  return `image ${imageId}, increment ${pointId}`;
}

async function sizeOf(path: string): Promise<number> {
  const { stdout } = await run(['qemu-img', 'info', '-U', '-f', 'qcow2', '--output=json', path]);
  return (JSON.parse(stdout) as { 'virtual-size': number })['virtual-size'];
}
