// Drives a VM whose backups are kept as slices through rounds of a seed: whole daemon, real mover, real restic, on the fake host. After
// each round a surviving point is restored and compared with what the disks held; what is read, what KEEP_LAST leaves and what the
// loss of a point means are held against what is due.
import { randomBytes } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { look } from '../../src/fsck/run.ts';
import { run } from '../../src/exec/exec.ts';
import type { Image } from '../../src/model/image.ts';
import type { Operation } from '../../src/model/operation.ts';
import { cheapRepository } from '../guest/repository.ts';
import { sameContent } from '../integration/cloud.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { keyOf, type PointName } from './points.ts';
import { Random } from './random.ts';

const MIB = 2 ** 20;
const CLUSTER = 65_536;
const SLICE = 4 * MIB;
const PASSWORD = 'opensesame';
const KEEP_LAST = 3;
/** Of each disk in MiB: the last slice of the second is a short one. */
const SIZES = [40, 18];
/** Samples and tables that a test of a tracker reads, generously. */
const SLACK_BYTES = 2 * MIB;

const EVENTS = ['nothing', 'nothing', 'off or on', 'reset', 'tracker lost', 'cancelled', 'last point gone'] as const;
type Event = (typeof EVENTS)[number];

export interface SlicesOptions {
  seed: number;
  mode: 'CBT' | 'SNAPSHOT';
  /** Whether there is to be another round after so many. */
  more: (rounds: number) => boolean;
}

/** Returns how many rounds were good; throws at the first thing that is not as it has to be. */
export async function driveSlices({ seed, mode, more }: SlicesOptions): Promise<number> {
  const cloud = await FakeCloud.open();
  try {
    const scene = await SlicesScene.open(cloud, new Random(seed), mode);
    let done = 0;
    for (; more(done); done++) {
      await scene.round(done).catch((error: unknown) => {
        throw new Error(`${mode}, seed ${seed}, round ${done}: ${scene.event}`, { cause: error });
      });
    }
    await scene.end();
    return done;
  } finally {
    await cloud.close();
  }
}

class SlicesScene {
  event: Event = 'nothing';
  readonly #cloud: FakeCloud;
  readonly #random: Random;
  readonly #mode: string;
  readonly #copies = new Map<string, string[]>();
  #datastore = -1;
  #vmId = -1;
  #disks: string[] = [];
  #points: PointName[] = [];
  #deck: Event[] = [];
  #isOff = false;
  /** Why the next backup begins an image, and why it reads all in the present one. */
  #fresh: RegExp | null = /^the first backup of a chain; every point is complete in itself$/;
  #unread: RegExp | null = null;

  private constructor(cloud: FakeCloud, random: Random, mode: string) {
    this.#cloud = cloud;
    this.#random = random;
    this.#mode = mode;
  }

  static async open(cloud: FakeCloud, random: Random, mode: string): Promise<SlicesScene> {
    const scene = new SlicesScene(cloud, random, mode);
    await cloud.host();
    const attributes = `RESTIC_PASSWORD="${PASSWORD}"\nRESTIC_LAYOUT="SLICES"`;
    scene.#datastore = await cloud.id(
      'one.datastore.allocate',
      `NAME="b"\nTYPE="BACKUP_DS"\nDS_MAD="restic"\n${attributes}`,
      -1,
    );
    await cheapRepository(scene.#repository, PASSWORD);
    const images: number[] = [];
    for (const [at, size] of SIZES.entries()) {
      images.push(await cloud.image(`NAME="i${at}"\nSIZE="${size}"\nFORMAT="qcow2"\nPERSISTENT="YES"`));
    }
    const on = images.map((id) => `DISK=[ IMAGE_ID="${id}" ]`).join('\n');
    const config = `BACKUP_CONFIG=[ MODE="INCREMENT", INCREMENT_MODE="${mode}", KEEP_LAST="${KEEP_LAST}" ]`;
    scene.#vmId = await cloud.id('one.vm.allocate', `CPU="1"\nMEMORY="64"\n${on}\n${config}`, false);
    await cloud.vmIs(scene.#vmId, 3, 3);
    scene.#disks = await Promise.all(images.map(async (id) => (await cloud.store.images.get(id)).source));
    const first = `${cloud.directory}/first`;
    await writeFile(first, randomBytes(9 * MIB));
    for (const index of SIZES.keys()) await scene.#write(index, [`write -s ${first} 0 ${9 * MIB}`]);
    return scene;
  }

  async round(number: number): Promise<void> {
    if (this.#deck.length === 0) this.#deck = this.#random.shuffled(EVENTS);
    this.event = number === 0 ? 'nothing' : (this.#deck.pop() ?? 'nothing');
    const touched = await this.#change();
    await this.#befall();
    await this.#backup(touched);
    await this.#expectKept();
    const point = this.#points[this.#random.whole(0, this.#points.length)];
    if (point) await this.#expectRestores(point);
  }

  /** Every point that is left; each also when another is lost; the records, and that the repository holds these alone. */
  async end(): Promise<void> {
    for (const point of this.#points) await this.#expectRestores(point);
    const lost = this.#points[this.#random.whole(0, this.#points.length)];
    const left = this.#points.filter((point) => point !== lost);
    if (lost) await this.#lose(lost);
    for (const point of left) await this.#expectRestores(point);
    const { database } = this.#cloud.config;
    await this.#cloud.stop();
    const { findings } = await look({ database });
    if (findings.length > 0) throw new Error(`The records do not fit together: ${JSON.stringify(findings)}`);
    await this.#cloud.start();
  }

  get #repository(): string {
    return `${this.#cloud.directory}/datastores/${this.#datastore}`;
  }

  /** Returns how many bytes of slices it has touched. */
  async #change(): Promise<number> {
    const touched = new Set<string>();
    for (const [disk, sizeMb] of SIZES.entries()) {
      const orders: string[] = [];
      for (let left = this.#random.whole(1, 5); left > 0; left--) {
        const isSlice = this.#random.next() < 0.2;
        const clusters = isSlice ? SLICE / CLUSTER : this.#random.whole(1, 6);
        const unit = isSlice ? SLICE : CLUSTER;
        const last = Math.max(1, Math.floor((sizeMb * MIB - clusters * CLUSTER) / unit));
        const offset = this.#random.whole(0, last) * unit;
        const length = clusters * CLUSTER;
        const isZero = isSlice || this.#random.next() < 0.3;
        orders.push(
          isZero ? `write -z ${offset} ${length}` : `write -P ${this.#random.whole(1, 255)} ${offset} ${length}`,
        );
        for (let at = offset; at < offset + length; at += CLUSTER) touched.add(`${disk} ${Math.floor(at / SLICE)}`);
      }
      await this.#write(disk, orders);
    }
    return touched.size * SLICE;
  }

  async #write(disk: number, orders: string[]): Promise<void> {
    await run(['qemu-io', '-f', 'qcow2', ...orders.flatMap((order) => ['-c', order]), this.#disks[disk] ?? '']);
  }

  async #befall(): Promise<void> {
    const cloud = this.#cloud;
    if (this.event === 'off or on') {
      await cloud.call('one.vm.action', this.#isOff ? 'resume' : 'poweroff-hard', this.#vmId);
      this.#isOff = !this.#isOff;
      await cloud.vmIs(this.#vmId, this.#isOff ? 8 : 3, this.#isOff ? 0 : 3);
    } else if (this.event === 'reset') this.#fresh ??= /^a new chain was asked for; /;
    else if (this.event === 'tracker lost' && this.#points.length > 0) {
      const host = (await readdir(cloud.directory)).find((name) => name.startsWith('fake-host-')) ?? '';
      await run(['find', `${cloud.directory}/${host}/trackers`, '-mindepth', '1', '-delete']);
      this.#unread ??= /^disk 0: .*, so all is read; every point is complete in itself$/;
    } else if (this.event === 'last point gone') {
      const last = this.#points.pop();
      if (last) await this.#lose(last);
      if (last) this.#points.push(last);
      this.#unread ??= /^What the last point holds of disk 0 cannot be told: .*, so all is read; /;
    }
  }

  /** Takes a point's snapshot away behind everybody's back. */
  async #lose(point: PointName): Promise<void> {
    const image = await this.#cloud.store.images.get(point.imageId);
    const source = image.points.find(({ id }) => id === point.pointId)?.source ?? '';
    await run(['restic', '-r', this.#repository, '--no-cache', 'forget', '--', source], {
      env: { RESTIC_PASSWORD: PASSWORD },
    });
    const copies = this.#copies.get(keyOf(point)) ?? [];
    this.#copies.delete(keyOf(point));
    for (const copy of copies) await rm(copy);
  }

  async #backup(touchedBytes: number): Promise<void> {
    const cloud = this.#cloud;
    const copies: string[] = [];
    for (const [index, disk] of this.#disks.entries()) {
      const copy = `${cloud.directory}/copy-${this.#copies.size}-${Math.floor(this.#random.next() * 1e9)}-${index}`;
      await run(['qemu-img', 'convert', '-f', 'qcow2', '-O', 'raw', disk, copy]);
      copies.push(copy);
    }
    const isReset = this.event === 'reset';
    await cloud.call('one.vm.backup', this.#vmId, this.#points.length === 0 || isReset ? this.#datastore : -1, isReset);
    if (this.event === 'cancelled') {
      // one that has just ended cannot be cancelled any more, and is a good backup
      await cloud.call('one.vm.backupcancel', this.#vmId).catch(() => undefined);
    }
    const operation = await cloud.follow('vm', this.#vmId);
    await cloud.vmIs(this.#vmId, this.#isOff ? 8 : 3, this.#isOff ? 0 : 3);
    if (operation.result === 'done') await this.#expectRecorded(operation, copies, touchedBytes);
    else if (this.event !== 'cancelled') throw new Error(operation.reason);
    else for (const copy of copies) await rm(copy);
    this.#touchedBefore = operation.result === 'done' ? 0 : this.#touchedBefore + touchedBytes;
  }

  /** What a backup that was cancelled would have read, the next one reads. */
  #touchedBefore = 0;

  async #expectRecorded({ recorded, reason, figures }: Operation, copies: string[], touched: number): Promise<void> {
    if (!recorded) throw new Error('The backup ended well without a record of what it made.');
    const last = this.#points.at(-1);
    const follows = last !== undefined && recorded.imageId === last.imageId && recorded.pointId === last.pointId + 1;
    const due =
      this.#fresh ?? this.#unread ?? /^changes since increment .* are read; every point is complete in itself$/;
    if (!due.test(reason)) throw new Error(`The reason should have been ${due}: ${reason}`);
    if (follows !== (this.#fresh === null))
      throw new Error(`${keyOf(recorded)} follows ${last ? keyOf(last) : 'none'}`);
    const most = touched + this.#touchedBefore + SLACK_BYTES;
    if (this.#fresh === null && this.#unread === null && (figures?.readBytes ?? Infinity) > most) {
      throw new Error(`${figures?.readBytes} bytes were read where ${most} are the most.`);
    }
    // what was lost is read again, and not stored again
    if (this.event === 'tracker lost' && follows && (figures?.storedBytes ?? Infinity) > most) {
      throw new Error(`${figures?.storedBytes} bytes were stored where ${most} are the most.`);
    }
    this.#fresh = null;
    this.#unread = null;
    this.#points.push(recorded);
    this.#copies.set(keyOf(recorded), copies);
  }

  /** What KEEP_LAST drops is not listed any more, in the records and in the repository; every point is a full one. */
  async #expectKept(): Promise<void> {
    const cloud = this.#cloud;
    this.#points = this.#points.slice(-KEEP_LAST);
    const due = this.#points.map(keyOf).join('; ');
    let seen = '';
    const images = async (): Promise<Image[]> => {
      const { ids } = (await cloud.store.vms.get(this.#vmId)).backups;
      return Promise.all(ids.map((id) => cloud.store.images.get(id)));
    };
    await cloud
      .until(`these points are kept: ${due}`, async () => {
        const points = (await images()).flatMap(({ id, points: of }) =>
          of.map(({ id: pointId, type, parentId }) => `${keyOf({ imageId: id, pointId })}${type}${parentId}`),
        );
        seen = points.join('; ');
        const isSwept = (await images()).every(({ garbage = [] }) => garbage.length === 0);
        return isSwept && seen === this.#points.map((point) => `${keyOf(point)}FULL-1`).join('; ');
      })
      .catch((error: unknown) => {
        throw new Error(`There should be ${due}; there is ${seen}.`, { cause: error });
      });
  }

  /** Restores a point as raw or qcow2, which a seed decides, and compares; one whose snapshot was lost is refused. */
  async #expectRestores(point: PointName): Promise<void> {
    const cloud = this.#cloud;
    const copies = this.#copies.get(keyOf(point));
    const name = `r${Math.floor(this.#random.next() * 1e9)}`;
    const options = `NAME="${name}"\nINCREMENT_ID="${point.pointId}"`;
    const answer = await cloud.text(cloud.session, 'one.image.restore', point.imageId, 1, options);
    const [, ...images] = answer.split(' ').map(Number);
    const { result, reason } = await cloud.follow('image', images[0] ?? -1);
    if (copies === undefined) {
      if (result === 'done') throw new Error(`${keyOf(point)} was lost, and restored nevertheless.`);
      return;
    }
    if (result !== 'done') throw new Error(`${keyOf(point)}: ${reason}`);
    for (const [index, id] of images.entries()) {
      const { source } = await cloud.store.images.get(id);
      if (await sameContent([source, 'qcow2'], [copies[index] ?? '', 'raw'])) continue;
      throw new Error(`Disk ${index} of ${keyOf(point)} (${this.#mode}) is not what was backed up.`);
    }
    for (const id of images) await cloud.call('one.image.delete', id, false);
  }
}
