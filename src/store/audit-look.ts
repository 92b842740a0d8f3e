// Looks whether an audit log is whole, beside those that write to it: what was written since is left to the next look, and when old records are
// dropped meanwhile it begins anew.
import { setImmediate } from 'node:timers/promises';
import { AuditChain, type Anchor, type AuditHead } from '../model/audit.ts';
import type { AuditLog } from './store.ts';

const TRIES = 5;
/** After so many records others have a turn. */
const BREATH = 500;

export interface Looked {
  /** Where the log stood. */
  head: AuditHead;
  /** The first thing that is not right; undefined when all is. */
  broken: string | undefined;
}

/** `anchors` are of records that were kept elsewhere, and must be there. */
export async function lookAtAudit(
  log: Pick<AuditLog, 'head' | 'kept'>,
  anchors: readonly Anchor[] = [],
): Promise<Looked> {
  for (let attempt = 1; ; attempt++) {
    const head = await log.head();
    const chain = new AuditChain(head, anchors);
    for await (const record of log.kept(head.droppedSeq)) {
      if (record.seq > head.seq && (await log.head()).seq >= record.seq) break;
      chain.add(record);
      if (record.seq % BREATH === 0) await setImmediate(); // whoever calls meanwhile is not kept waiting
    }
    const broken = chain.end();
    const { droppedSeq } = await log.head();
    if (broken === undefined || droppedSeq === head.droppedSeq || attempt === TRIES) return { head, broken };
  }
}
