// What is told before something is done, and how backups stand: documents that are OneVault's own.
import { poolOf, type Schema, type Sequence } from './schema.ts';

export const protectionPool = poolOf('PROTECTION_POOL', 'VM', {
  ID: 'count',
  UID: 'int',
  GID: 'int',
  UNAME: 'text',
  GNAME: 'text',
  NAME: 'filled',
  STATE: 'count',
  LCM_STATE: 'count',
  KIND: 'protection kind',
  REASON: 'text',
  LAST_BACKUP: 'epoch',
  MAX_AGE: 'count',
  NEXT_BACKUP: 'epoch',
  SCHEDULES: 'count',
  JOB_ID: 'count or -1',
  'PROVEN_POINT?': {
    IMAGE_ID: 'count',
    INCREMENT_ID: 'count',
    DATE: 'epoch',
    PROVEN: 'epoch',
    PROVEN_TIME: 'count',
    PROVEN_BY: 'text',
  },
});

export const nodes: Schema = {
  root: 'NODES',
  content: {
    'NODE*': {
      ID: 'filled',
      NAME: 'filled',
      URL: 'text',
      VERSION: 'filled',
      ANSWERS: 'flag',
      LEASE: 'int',
      RUNS: 'count',
      DUTIES: { 'DUTY*': 'filled' },
    },
  },
};

const sums: Sequence = {
  DONE: 'count',
  FAILED: 'count',
  CANCELLED: 'count',
  TOOK: 'count',
  LONGEST: 'count',
  BYTES_READ: 'count',
  BYTES_SENT: 'count',
  BYTES_STORED: 'count',
};

const capacity: Sequence = { TOTAL_MB: 'count', FREE_MB: 'count', USED_MB: 'count' };
const trend: Sequence = { MB_PER_DAY: 'number', FULL_ON: 'epoch or -1' };

export const summary: Schema = {
  root: 'SUMMARY',
  content: {
    TIME: 'epoch',
    VMS: { TOTAL: 'count', RUNNING: 'count', OFF: 'count', OTHER: 'count' },
    PROTECTION: { PROTECTED: 'count', OVERDUE: 'count', UNPROTECTED: 'count', PROVEN: 'count' },
    RUNS: { RUNNING: 'count', WAITING: 'count' },
    LAST_DAY: sums,
    NEXT_BACKUP: 'epoch',
    'DATASTORE*': { ID: 'count', NAME: 'filled', ...capacity, IMAGES: 'count', ...trend },
  },
};

export const runFigures: Schema = {
  root: 'RUN_FIGURES',
  content: {
    FROM: 'epoch',
    TO: 'epoch',
    KIND: 'run kind',
    'DAY*': { TIME: 'epoch', ...sums },
    'VM*': { ID: 'count or -1', NAME: 'text', ...sums, LAST: 'epoch' },
  },
};

export const datastoreFill: Schema = {
  root: 'DATASTORE_FILL',
  content: { DATASTORE_ID: 'count', ...capacity, ...trend, 'POINT*': { TIME: 'epoch', ...capacity } },
};

export const calendar: Schema = {
  root: 'CALENDAR',
  content: {
    FROM: 'epoch',
    TO: 'epoch',
    MORE: 'flag',
    'DAY*': { TIME: 'epoch', DONE: 'count', FAILED: 'count', CANCELLED: 'count', RUNNING: 'count', NEXT: 'count' },
    'RUN*': {
      ID: 'run id',
      VM_ID: 'count or -1',
      VM_NAME: 'text',
      KIND: 'run kind',
      RESULT: 'run result',
      START: 'epoch',
      END: 'epoch',
      JOB_ID: 'count or -1',
      DATASTORE_ID: 'count or -1',
    },
    'NEXT*': { TIME: 'epoch', TYPE: 'vm or job', ID: 'count', NAME: 'filled', ACTION_ID: 'count', ACTION: 'filled' },
  },
};

export const occurrences: Schema = {
  root: 'OCCURRENCES',
  content: { ZONE: 'filled', 'OCCURRENCE*': { TIME: 'epoch', INDEX: 'count', ACTION: 'filled' } },
};

export const eligibility: Schema = {
  root: 'ELIGIBILITY',
  content: {
    VM_ID: 'count',
    MODE: 'point type',
    INCREMENT_MODE: 'increment mode',
    NEXT: 'next backup',
    REASON: 'filled',
    POSSIBLE: 'flag',
    'OBSTACLE*': 'filled',
    'DISK*': {
      DISK_ID: 'count',
      TARGET: 'text',
      FORMAT: 'filled',
      SIZE: 'count',
      TAKES_PART: 'flag',
      INCREMENT: 'flag',
      REASON: 'text',
    },
  },
};

export const restorePlan: Schema = {
  root: 'RESTORE_PLAN',
  content: {
    IMAGE_ID: 'count',
    INCREMENT_ID: 'count',
    DATE: 'epoch',
    IN_PLACE: 'flag',
    DATASTORE_ID: 'count or -1',
    NAME: 'filled',
    TEMPLATE: 'flag',
    NEEDS_MB: 'count',
    FREE_MB: 'count or -1',
    'DISK*': {
      DISK_ID: 'count',
      NAME: 'filled',
      SIZE: 'count',
      SIZE_BEFORE: 'count or -1',
      FORMAT: 'filled',
      BYTES: 'count',
    },
    'NIC*': { NETWORK: 'text', IP: 'text' },
    'STRIPPED*': { NAME: 'filled', VALUE: 'text', REASON: 'filled' },
    'QUOTA*': { WHOSE: 'filled', METRIC: 'backup metric', USED: 'count', LIMIT: 'int', ADDS: 'count' },
    'WARNING*': 'filled',
  },
};

export const jobSelection: Schema = {
  root: 'JOB_SELECTION',
  content: {
    TOTAL: 'count',
    SIZE_MB: 'count',
    'VM*': {
      ID: 'count',
      NAME: 'filled',
      UNAME: 'text',
      GNAME: 'text',
      STATE: 'count',
      LCM_STATE: 'count',
      HOW: 'how chosen',
      SIZE: 'count',
    },
    GONE: { 'ID*': 'count' },
    'ELSEWHERE*': { ID: 'count', NAME: 'filled', JOB_ID: 'count' },
    'REFUSED*': { ID: 'count', NAME: 'filled', REASON: 'filled' },
  },
};
