// Takes the place of the backup runner: no mover runs, and a backup takes two to ten minutes of simulated time. What is written down, and in
// which transactions, is what the runner writes.
import { draftBackup, type BackupWish } from '../../src/backup/decide.ts';
import { refuseBusy } from '../../src/schedule/busy.ts';
import type { BackupStart } from '../../src/backup/run.ts';
import { CODE, OneError } from '../../src/model/errors.ts';
import { IMAGE_STATE, IMAGE_TYPE } from '../../src/model/image.ts';
import type { Operation } from '../../src/model/operation.ts';
import { LCM, VM_STATE } from '../../src/model/vm.ts';
import type { OperationLog } from '../../src/vm/operation-log.ts';
import type { Parts } from '../../src/vm/parts.ts';
import { enter, setState } from '../../src/vm/states.ts';
import { backupImage } from '../golden/objects.ts';
import type { Random } from '../soak/random.ts';

export class FakedBackups {
  readonly counted = { begun: 0, done: 0, failed: 0, refused: 0 };
  readonly #parts: Pick<Parts, 'store' | 'clock'>;
  readonly #log: OperationLog;
  readonly #random: Random;
  readonly #hostOf: (vmId: number) => number;
  /** Runs with their ends, by simulated milliseconds. */
  readonly #running = new Map<string, { operation: Operation; endsMs: number }>();

  constructor(
    parts: Pick<Parts, 'store' | 'clock'>,
    log: OperationLog,
    random: Random,
    hostOf: (vmId: number) => number,
  ) {
    this.#parts = parts;
    this.#log = log;
    this.#random = random;
    this.#hostOf = hostOf;
  }

  get running(): number {
    return this.#running.size;
  }

  /** When the next one ends. */
  nextMs(): number {
    let next = Infinity;
    for (const { endsMs } of this.#running.values()) next = Math.min(next, endsMs);
    return next;
  }

  async start(vmId: number, wish: BackupWish, { waited, alongside }: BackupStart = {}): Promise<string> {
    const { store, clock } = this.#parts;
    if (this.#random.next() < 0.01) {
      this.counted.refused += 1;
      throw new OneError(CODE.ACTION, `Virtual machine ${vmId} is in state SUSPENDED.`);
    }
    const operation = waited ?? draftBackup(this.#log, vmId, this.#hostOf(vmId), wish);
    operation.type = 'FULL';
    await store.transaction(async (tx) => {
      await tx.operations.add(operation);
      await alongside?.(tx, operation);
      await tx.vms.update(vmId, (vm) => {
        refuseBusy(vm);
        enter('backup', vm);
        vm.operationId = operation.id;
        vm.backups.running = { datastoreId: operation.datastoreId };
      });
    });
    this.#log.started(operation);
    await this.#log.progress(operation, { phase: 'uploading' });
    this.counted.begun += 1;
    this.#running.set(operation.id, { operation, endsMs: clock() + 1000 * this.#random.whole(120, 600) });
    return operation.id;
  }

  cancel(): void {}

  /** Ends those whose time has come. */
  async end(nowMs: number): Promise<void> {
    const over = [...this.#running.values()].filter(({ endsMs }) => endsMs <= nowMs);
    await Promise.all(over.map(({ operation }) => this.#end(operation)));
  }

  async #end(operation: Operation): Promise<void> {
    const { store } = this.#parts;
    const fails = this.#random.next() < 0.03;
    if (!fails) await this.#record(operation);
    await store.transaction(async (tx) => {
      await tx.vms.update(operation.vmId, (vm) => {
        if (vm.operationId !== operation.id) return;
        setState(vm, VM_STATE.ACTIVE, LCM.RUNNING);
        vm.operationId = null;
        delete vm.backups.running;
      });
      await this.#log.end(tx, operation, fails ? 'failed' : 'done', fails ? 'the store was away' : '');
    });
    this.#running.delete(operation.id);
    this.counted[fails ? 'failed' : 'done'] += 1;
    this.#log.announce(operation);
  }

  async #record(operation: Operation): Promise<void> {
    const { store, clock } = this.#parts;
    const { vmId, datastoreId } = operation;
    const date = Math.floor(clock() / 1000);
    await store.transaction(async (tx) => {
      const image = await tx.images.allocate((id) => ({
        ...backupImage,
        ...{ id, name: `${vmId} ${operation.id}`, type: IMAGE_TYPE.BACKUP, state: IMAGE_STATE.READY, datastoreId },
        vms: [vmId],
      }));
      await tx.vms.update(vmId, (vm) => {
        vm.backups.ids.push(image.id);
        vm.backups.last = {
          ...{ imageId: image.id, pointId: 0, type: 'FULL', reason: '', consistency: 'crash', date },
        };
      });
      operation.imageIds = [image.id];
      operation.recorded = { imageId: image.id, pointId: 0 };
      await tx.operations.save(operation);
    });
  }
}
