// RUN and RUN_POOL, which are OneVault's own.
import { poolOf, type Sequence } from './schema.ts';

export const run: Sequence = {
  ID: 'run id',
  VM_ID: 'count or -1',
  VM_NAME: 'text',
  KIND: 'run kind',
  TYPE: 'point type or none',
  WHY: 'text',
  REASON: 'text',
  RESULT: 'run result',
  PHASE: 'filled',
  WAITS: 'text',
  ASKED_BY: 'asked by',
  ASKED_ID: 'count or -1',
  UID: 'count or -1',
  DATASTORE_ID: 'count',
  HOST_ID: 'count or -1',
  IMAGE_ID: 'count or -1',
  INCREMENT_ID: 'count or -1',
  START: 'epoch',
  BEGIN: 'epoch',
  END: 'epoch',
  BYTES_READ: 'count',
  BYTES_SENT: 'count',
  BYTES_STORED: 'count',
  BYTES_DONE: 'count',
  BYTES_TOTAL: 'count',
  RATE: 'count',
  TIME_LEFT: 'count or -1',
  RATE_LIMIT: 'count',
  HINT: 'text',
  'STEP*': { PHASE: 'filled', TIME: 'epoch' },
  'WARNING*': 'filled',
};

export const runPool = poolOf('RUN_POOL', 'RUN', run);
