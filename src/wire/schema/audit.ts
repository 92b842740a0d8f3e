// Records of the audit log, and whether it is whole: documents that are OneVault's own.
import { poolOf, type Schema } from './schema.ts';

export const auditPool = poolOf('AUDIT_POOL', 'AUDIT', {
  SEQ: 'count',
  TIME: 'epoch',
  UID: 'count or -1',
  USER: 'text',
  METHOD: 'filled',
  OBJECT: 'text',
  'ON*': { NAME: 'filled', VALUE: 'text' },
  'ATTRIBUTE*': 'filled',
  ENDED: 'flag',
  END_TIME: 'epoch',
  CODE: 'count',
  RESULT: 'int',
  FROM: 'text',
  BY: 'text',
  NODE: 'text',
  HASH: 'hex',
});

export const auditCheck: Schema = {
  root: 'AUDIT_CHECK',
  content: { WHOLE: 'flag', BROKEN: 'text', FIRST: 'count', LAST: 'count', HASH: 'hex', ANCHORS: 'count' },
};
