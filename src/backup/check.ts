// Checks what a backup datastore holds, a part of its data at a time, and writes on the datastore when, which part and what was found. What
// was found wrong is looked at again until it is right.
import type { CheckOptions } from '../datastore/backup-store.ts';
import { text, withText, type Attributes } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { reasonOf } from '../model/errors.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Parts } from '../vm/parts.ts';

/** Where a check stands, as the datastore's template says. */
interface LastCheck {
  atSec: number;
  part: number;
  parts: number;
  good: boolean;
}

const SAID_MOST = 500;

/** When the next check is due, in seconds; a datastore that was never checked waits for as long as any other. */
export function checkDueSec(template: Attributes, intervalSec: number, sinceSec: number): number {
  return (lastCheckOf(template)?.atSec ?? sinceSec) + intervalSec;
}

/** The part that comes next: the same again when something was wrong with it, or when it was another division. */
export function nextPart(template: Attributes, parts: number): number {
  const last = lastCheckOf(template);
  if (last?.parts !== parts) return 1;
  return last.good ? (last.part % parts) + 1 : last.part;
}

/** Returns false when it was stopped, so that nothing is known. */
export async function checkOnce(
  parts: Parts,
  log: OperationLog,
  datastore: Datastore,
  checkParts: number,
  signal: AbortSignal,
): Promise<boolean> {
  const options = { part: nextPart(datastore.template, checkParts), parts: checkParts, signal };
  const operation = log.draft({
    kind: 'check',
    vmId: -1,
    hostId: -1,
    datastoreId: datastore.id,
    imageIds: [],
    plan: null,
    reason: `part ${options.part} of ${options.parts} of the data is read`,
  });
  await parts.store.operations.add(operation);
  log.started(operation);
  const failure = await found(parts, datastore, options);
  const stopped = signal.aborted;
  if (failure !== undefined && !stopped) {
    parts.log.warn({ datastore: datastore.id, reason: failure }, 'a check of a datastore failed');
  }
  const reason = stopped ? 'it made way; it begins again later' : (failure ?? `${operation.reason}: all is well`);
  await parts.store.transaction(async (tx) => {
    await log.end(tx, operation, failure === undefined || stopped ? 'done' : 'failed', reason);
    if (stopped) return;
    await tx.datastores.update(datastore.id, (record) => {
      record.template = withCheck(record.template, options, nowSec(parts.clock), failure);
    });
  });
  log.announce(operation);
  return !stopped;
}

/** What is wrong, in words; undefined when all is well. */
async function found(parts: Parts, datastore: Datastore, options: CheckOptions): Promise<string | undefined> {
  try {
    const checked = await (await parts.backupStoreOf(datastore)).check(options);
    return checked.problems.length === 0 ? undefined : checked.problems.join('; ').slice(0, SAID_MOST);
  } catch (error) {
    return reasonOf(error);
  }
}

function withCheck(
  template: Attributes,
  { part, parts }: CheckOptions,
  atSec: number,
  failure: string | undefined,
): Attributes {
  const dated = withText(withText(template, 'LAST_CHECK', String(atSec)), 'LAST_CHECK_PART', `${part}/${parts}`);
  return withText(dated, 'LAST_CHECK_RESULT', failure === undefined ? 'OK' : `FAILED: ${failure}`);
}

/** Undefined when there was none, or what is written of it is not understood. */
function lastCheckOf(template: Attributes): LastCheck | undefined {
  const atSec = Number(text(template, 'LAST_CHECK') || NaN);
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(text(template, 'LAST_CHECK_PART') ?? '') ?? [];
  if (!Number.isSafeInteger(atSec) || part === undefined || parts === undefined) return undefined;
  return { atSec, part: Number(part), parts: Number(parts), good: text(template, 'LAST_CHECK_RESULT') === 'OK' };
}
