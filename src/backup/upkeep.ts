// Looks after backups that were taken: reads them back.
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { nowSec } from '../vm/parts.ts';

export class Upkeep {
  readonly #parts: Parts;
  readonly #log: OperationLog;

  constructor(parts: Parts, log: OperationLog) {
    this.#parts = parts;
    this.#log = log;
  }

  /** Accepts the verification of a point, the newest one when none is named; it goes on in the background. */
  async verify(imageId: number, pointId: number | undefined): Promise<void> {
    const { store, clock } = this.#parts;
    const image = await store.images.get(imageId);
    const operation = this.#log.draft({
      kind: 'verify',
      vmId: image.vms[0] ?? -1,
      hostId: -1,
      datastoreId: image.datastoreId,
      imageIds: [imageId],
      plan: null,
      reason: '',
    });
    await store.operations.add(operation);
    this.#log.started(operation);
    await store.images.update(imageId, (record) => {
      const point = record.points.find(({ id }) => id === (pointId ?? record.points.at(-1)?.id));
      if (point) point.verified = { date: nowSec(clock), good: true, reason: '' };
    });
    await this.#log.end(store, operation, 'done', '');
    this.#log.announce(operation);
  }
}
