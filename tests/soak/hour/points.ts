// Every restore point that the long soak has made, with what it may hold, and ways to look at what it does hold.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../src/exec/exec.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Cloud } from '../../integration/cloud.ts';
import { examine, type Lineage } from './content.ts';
import { consoleOf, contentOf, isReady, patiently, vmIs, type SoakGuest } from './guest.ts';
import type { Runs } from './runs.ts';

/** Numbers that a guest may have written between the look at its console and the instant of a backup, which was before. */
const AHEAD = 2;

export interface Point {
  imageId: number;
  pointId: number;
  vmId: number;
  lineage: Lineage;
  /** What it holds for sure, and at most. */
  atLeast: number;
  atMost: number;
  /** What it was found to hold; the next look must find the same. */
  newest?: number;
}

export class Points {
  readonly #all = new Map<string, Point>();
  readonly #cloud: Cloud;
  readonly #runs: Runs;
  #names = 0;
  /** How often a point was restored and compared. */
  compared = 0;
  roots = 0;

  constructor(cloud: Cloud, runs: Runs) {
    this.#cloud = cloud;
    this.#runs = runs;
  }

  made({ recorded, vmId }: Operation, guest: SoakGuest): void {
    if (!recorded) return;
    const { asked: atLeast, lineage, said } = guest;
    this.#all.set(keyOf(recorded), { ...recorded, vmId, lineage, atLeast, atMost: said + AHEAD });
  }

  find(name: { imageId: number; pointId: number }): Point | undefined {
    return this.#all.get(keyOf(name));
  }

  /** The points of a VM that are listed now, oldest first. */
  async listed(vmId?: number): Promise<Array<{ imageId: number; pointId: number; vmId: number }>> {
    const images = (await this.#cloud.pool('image')).filter((image) => image.textOf('TYPE') === '6');
    return images
      .map((image) => ({ image, imageId: Number(image.textOf('ID')), vmId: Number(image.children('VMS/ID')[0]?.text) }))
      .filter((one) => vmId === undefined || one.vmId === vmId)
      .toSorted((a, b) => a.imageId - b.imageId)
      .flatMap(({ image, imageId, vmId: of }) => {
        const increments = image.children('BACKUP_INCREMENTS/INCREMENT');
        const ids = increments.length === 0 ? [0] : increments.map((one) => Number(one.textOf('ID')));
        return ids.map((pointId) => ({ imageId, pointId, vmId: of }));
      });
  }

  /** Restores a point to new images and compares them. Returns what is wrong; `cancelled` may see to it that there is nothing to compare. */
  async restore(point: Point, root: boolean, began?: (run: Operation) => Promise<void>): Promise<string[]> {
    const options = `NAME="restored-${this.#names++}"\nINCREMENT_ID="${point.pointId}"`;
    const answer = await this.#cloud.call('one.image.restore', point.imageId, 1, options);
    const [template = -1, ...images] = answer.split(' ').map(Number);
    const mine = ({ kind, imageIds }: Operation): boolean => kind === 'restore' && imageIds.includes(images[0] ?? -1);
    if (began) await began(await this.#runs.until(mine, () => true));
    const ended = await this.#runs.until(mine);
    if (ended.result !== 'done') return [];
    for (const id of images) await patiently(`image ${id} is ready`, () => isReady(this.#cloud, id));
    const wrong = await this.compare(point, images, root);
    await this.#cloud.call('one.template.delete', template, false);
    for (const id of images) await this.#cloud.call('one.image.delete', id);
    return wrong;
  }

  /** Holds the images of a point, in the order of the disks, against what it may hold. */
  async compare(point: Point, images: readonly number[], root: boolean): Promise<string[]> {
    const files: Array<[string, string]> = [];
    for (const id of images) {
      const image = await this.#cloud.info('image', id);
      files.push([image.textOf('SOURCE'), image.textOf('FORMAT')]);
    }
    const data = await Promise.all(files.slice(1).map(([path, format]) => contentOf(path, format)));
    const { newest, wrong } = examine(point.vmId, data, point.lineage);
    const { atLeast, atMost } = point;
    if (newest < atLeast) wrong.push(`it holds ${newest}, and ${atLeast} was written before it was asked for`);
    if (newest > atMost) wrong.push(`it holds ${newest}, and when it ended no more than ${atMost} was written`);
    if (point.newest !== undefined && point.newest !== newest)
      wrong.push(`it held ${point.newest} and holds ${newest}`);
    point.newest = newest;
    this.compared += 1;
    if (root) wrong.push(...(await this.#root(files[0] ?? ['', ''])));
    return wrong.map((what) => `${keyOf(point)} of VM ${point.vmId}: ${what}`);
  }

  /** A guest that runs at once from the point has whole files, and when all is copied its images hold the point. */
  async instant(point: Point): Promise<string[]> {
    const options = `NAME="instant-${this.#names++}"\nINCREMENT_ID="${point.pointId}"\nNO_BACKUP_CONFIG="YES"`;
    const vmId = Number(await this.#cloud.call('one.vm.restoreinstant', point.imageId, 1, options));
    await vmIs(this.#cloud, vmId, '3/3');
    const console = await consoleOf(this.#cloud, vmId);
    await console
      .run('cd /usr/share/guest && sha256sum -c SHA256SUMS >/dev/null', 1_800_000)
      .finally(() => console.close());
    const disks = (await this.#cloud.info('vm', vmId)).children('TEMPLATE/DISK');
    const images = disks.map((disk) => Number(disk.textOf('IMAGE_ID')));
    const copied = await this.#runs.until((one) => one.instant === true && one.imageIds.includes(images[0] ?? -1));
    const wrong = copied.result === 'done' ? [] : [`its copy ended as ${copied.result}: ${copied.reason}`];
    await this.#cloud.call('one.vm.action', 'poweroff-hard', vmId);
    await vmIs(this.#cloud, vmId, '8/0');
    wrong.push(...(await this.compare(point, images, false)));
    await this.#cloud.call('one.vm.action', 'terminate-hard', vmId);
    await vmIs(this.#cloud, vmId, '6/0');
    for (const id of images) await this.#cloud.call('one.image.delete', id);
    for (const template of await this.#cloud.pool('template')) {
      if (options.includes(`NAME="${template.textOf('NAME')}"`)) {
        await this.#cloud.call('one.template.delete', Number(template.textOf('ID')), false);
      }
    }
    return wrong;
  }

  /** The file system of the root disk is whole, and the files that it always had are as they were. */
  async #root([path, format]: [string, string]): Promise<string[]> {
    const work = await mkdtemp(join(this.#cloud.directory, 'root-'));
    try {
      const copy = join(work, 'disk');
      await mkdir(join(work, 'files'));
      await run(['qemu-img', 'convert', '-U', '-f', format, '-O', 'raw', path, copy]);
      await run(['e2fsck', '-fy', copy], { okCodes: [1] }); // 1: the journal was played back
      await run(['debugfs', '-R', `rdump /usr/share/guest ${work}/files`, copy]);
      const sums = await run(['sha256sum', '-c', '--quiet', 'SHA256SUMS'], {
        cwd: `${work}/files/guest`,
        okCodes: [1],
      });
      this.roots += 1;
      return sums.code === 0 ? [] : [`its root disk is damaged: ${sums.stdout}`];
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
}

export function keyOf({ imageId, pointId }: { imageId: number; pointId: number }): string {
  return `point ${pointId} of image ${imageId}`;
}
