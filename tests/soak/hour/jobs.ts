// Backup jobs of the long soak: one that backs its machines up side by side, one that does so one after the other. They run again and
// again, and now and then they are cancelled or what failed is tried again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Scene } from './actions.ts';
import { patiently, type SoakGuest } from './guest.ts';

const CANCELLED = 0.2;
const CANCELLED_WITHIN_MS = 15_000;

export class SoakJob {
  readonly id: number;
  readonly #guests: SoakGuest[] = [];

  private constructor(id: number) {
    this.id = id;
  }

  /** `attributes`: its mode, where it stores, how it goes. */
  static async open(scene: Scene, name: string, attributes: string): Promise<SoakJob> {
    const text = `NAME="${name}"\n${attributes}`;
    return new SoakJob(Number(await scene.cloud.call('one.backupjob.allocate', text)));
  }

  async add(scene: Scene, guest: SoakGuest): Promise<void> {
    this.#guests.push(guest);
    const ids = this.#guests.map(({ vmId }) => vmId).join(',');
    await scene.cloud.call('one.backupjob.update', this.id, `BACKUP_VMS="${ids}"`, 1);
  }

  /** Runs once, to its end. */
  async run(scene: Scene, random: Random): Promise<string[]> {
    const { cloud, count, refused } = scene;
    const isCancelled = random.next() < CANCELLED;
    for (const guest of this.#guests) guest.backupIsAsked();
    count(isCancelled ? 'job, cancelled' : 'job');
    const begunMs = Date.now();
    await cloud.call('one.backupjob.backup', this.id);
    if (isCancelled) {
      await sleep(random.next() * CANCELLED_WITHIN_MS);
      const mine = scene.runs.running(({ asked }) => asked?.by === 'job' && asked.jobId === this.id);
      for (const one of mine) scene.runs.blame(one, 'job cancelled');
      await cloud.call('one.backupjob.cancel', this.id).catch((error: unknown) => refused('a cancel', error));
    }
    await patiently(`job ${this.id} has ended`, () => this.#hasEnded(scene));
    return this.#unexplained(scene, begunMs);
  }

  async #hasEnded({ cloud }: Scene): Promise<boolean> {
    const document = await cloud.info('backupjob', this.id);
    return document.children('OUTDATED_VMS/ID').length + document.children('BACKING_UP_VMS/ID').length === 0;
  }

  /** Machines that it could not back up, although nothing has befallen them. */
  async #unexplained({ cloud, runs }: Scene, fromMs: number): Promise<string[]> {
    const document = await cloud.info('backupjob', this.id);
    const failed = document.children('ERROR_VMS/ID').map(({ text }) => Number(text));
    return failed
      .filter((vmId) => !runs.wasDisturbed(vmId, fromMs))
      .map((vmId) => `job ${this.id} could not back up VM ${vmId}: ${document.textOf('TEMPLATE/ERROR')}`);
  }
}
