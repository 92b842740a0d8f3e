// What the documents of several nouns have in common.
import { open, type Sequence } from './schema.ts';

export const ids: Sequence = { 'ID*': 'count' };

export const head: Sequence = { ID: 'count', UID: 'int', GID: 'int', UNAME: 'text', GNAME: 'text', NAME: 'filled' };

export const lock: Sequence = { LOCKED: 'count', OWNER: 'int', TIME: 'epoch', REQ_ID: 'int' };

export const permissions: Sequence = Object.fromEntries(
  ['OWNER', 'GROUP', 'OTHER'].flatMap((who) => ['U', 'M', 'A'].map((right) => [`${who}_${right}`, 'flag'])),
);

/** ID .. NAME LOCK? PERMISSIONS */
export const owned: Sequence = { ...head, 'LOCK?': lock, PERMISSIONS: permissions };

export const schedAction: Sequence = {
  ID: 'count',
  PARENT_ID: 'int',
  TYPE: 'vm or job',
  ACTION: 'filled',
  ARGS: 'text',
  TIME: 'time',
  REPEAT: 'int',
  DAYS: 'text',
  END_TYPE: 'int',
  END_VALUE: 'int',
  DONE: 'epoch or -1',
  MESSAGE: 'text',
  'WARNING?': 'int',
};

/** A template that nothing is known of. */
export const template = open();
