// What others are told of a run that has ended: its result and what it was of, but neither its plan nor anything secret. Pure.
import type { Ending, Selection } from '../model/notice-settings.ts';
import type { Operation, OperationKind } from '../model/operation.ts';

/** The name is empty when the object is gone. */
export interface Named {
  id: number;
  name: string;
}

/** What is told, in the order in which it is written as JSON. */
export interface Notice {
  /** The run's own id: the same in everything that is told of it. */
  id: string;
  kind: OperationKind;
  /** Of backups. */
  type: 'FULL' | 'INCREMENT' | null;
  result: Ending;
  /** Why it failed, or why the backup was full; in words. */
  reason: string;
  vm: Named | null;
  datastore: Named | null;
  /** The backup image that was made, added to, read or worked on. */
  image: Named | null;
  /** The increment of the image that a backup has made. */
  increment: number | null;
  /** ISO 8601, UTC. The start is when its work began. */
  start: string;
  end: string;
  durationSec: number;
  bytes: { processed: number; stored: number; read: number | null } | null;
  /** Nothing has run: somebody tries whether notices arrive. */
  test?: true;
}

/** Names of the objects of a notice; what is gone has none. */
export interface Names {
  vm?: string | undefined;
  datastore?: string | undefined;
  image?: string | undefined;
}

/** The run must have ended. Names are empty until `withNames` has put them in. */
export function noticeOf(operation: Operation): Notice {
  const { id, kind, result, reason, vmId, datastoreId, imageIds, reads, recorded, figures, endedAt } = operation;
  const startedAt = operation.begunAt ?? operation.startedAt;
  return {
    id,
    kind,
    type: operation.type ?? null,
    result: result === 'running' ? 'failed' : result,
    reason,
    vm: named(vmId),
    datastore: named(datastoreId),
    image: named(recorded?.imageId ?? reads?.imageId ?? imageIds[0]),
    increment: recorded?.pointId ?? null,
    start: new Date(startedAt).toISOString(),
    end: new Date(endedAt).toISOString(),
    durationSec: Math.max(0, Math.round((endedAt - startedAt) / 1000)),
    bytes: figures && {
      processed: figures.processedBytes,
      stored: figures.storedBytes,
      read: figures.readBytes ?? null,
    },
  };
}

export function withNames(notice: Notice, names: Names): Notice {
  const put = (object: Named | null, name = ''): Named | null => object && { ...object, name };
  return {
    ...notice,
    vm: put(notice.vm, names.vm),
    datastore: put(notice.datastore, names.datastore),
    image: put(notice.image, names.image),
  };
}

/** A notice of a backup that never was. */
export function testNotice(nowMs: number): Notice {
  const at = new Date(nowMs).toISOString();
  return {
    ...{ id: '0'.repeat(16), kind: 'backup', type: 'FULL', result: 'done' },
    reason: 'This is a test: nothing has run.',
    ...{ vm: { id: 0, name: 'test' }, datastore: { id: 100, name: 'test' }, image: null, increment: null },
    ...{ start: at, end: at, durationSec: 0, bytes: null, test: true },
  };
}

export function isWanted({ on, kinds }: Selection, { result, kind }: Notice): boolean {
  return on.includes(result) && kinds.includes(kind);
}

function named(id: number | undefined): Named | null {
  return id === undefined || id < 0 ? null : { id, name: '' };
}
