// AUDIT_POOL, records of the audit log, and AUDIT_CHECK, whether it is whole. OpenNebula has no such documents.
import { NOT_ENDED, outcomeOf, type AuditEntry, type AuditHead } from '../../model/audit.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

export const AUDIT_POOL = 'AUDIT_POOL';

export function auditPoolXml(entries: readonly AuditEntry[]): string {
  return branch(AUDIT_POOL, ...entries.map(recordXml));
}

function recordXml(entry: AuditEntry): string {
  const { seq, hash, end } = entry;
  const { at, uid, user, method, on, attributes, object, from, by, node } = entry.event;
  const { code, result } = outcomeOf(entry);
  const hasEnded = code !== NOT_ENDED;
  return branch(
    'AUDIT',
    leaf('SEQ', seq),
    leaf('TIME', seconds(at)),
    leaf('UID', uid),
    cdataLeaf('USER', user),
    cdataLeaf('METHOD', method),
    cdataLeaf('OBJECT', object ?? end?.object ?? ''),
    ...Object.entries(on).map(([name, value]) =>
      branch('ON', cdataLeaf('NAME', name), cdataLeaf('VALUE', typeof value === 'string' ? value : String(value))),
    ),
    ...attributes.map((name) => cdataLeaf('ATTRIBUTE', name)),
    leaf('ENDED', hasEnded),
    leaf('END_TIME', hasEnded ? seconds(end?.at ?? at) : 0),
    leaf('CODE', hasEnded ? code : 0),
    leaf('RESULT', result),
    cdataLeaf('FROM', from),
    cdataLeaf('BY', by),
    cdataLeaf('NODE', node),
    leaf('HASH', hash),
  );
}

export interface AuditCheck {
  head: AuditHead;
  broken: string | undefined;
  /** So many records are as they were noted elsewhere. */
  anchors: number;
}

export function auditCheckXml({ head, broken, anchors }: AuditCheck): string {
  return branch(
    'AUDIT_CHECK',
    leaf('WHOLE', broken === undefined),
    cdataLeaf('BROKEN', broken ?? ''),
    leaf('FIRST', head.droppedSeq + 1),
    leaf('LAST', head.seq),
    leaf('HASH', head.hash),
    leaf('ANCHORS', anchors),
  );
}

function seconds(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}
