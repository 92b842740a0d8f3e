// What the daemon's methods take and answer. Written by hand until it is generated from the schemas of the documents.

export type Attribute = string | Attributes | Array<string | Attributes>;
/** A template: attributes by name, each a text, a vector of texts, or several of them. */
export interface Attributes {
  [name: string]: Attribute;
}

export interface Run {
  ID: string;
  VM_ID: number;
  VM_NAME: string;
  KIND: 'backup' | 'restore' | 'flatten' | 'verify' | 'drill' | 'prune';
  TYPE: 'FULL' | 'INCREMENT' | '';
  WHY: string;
  REASON: string;
  RESULT: 'running' | 'waiting' | 'done' | 'failed' | 'cancelled';
  PHASE: string;
  WAITS: string;
  ASKED_BY: 'user' | 'schedule' | 'job' | 'policy' | '';
  ASKED_ID: number;
  UID: number;
  DATASTORE_ID: number;
  HOST_ID: number;
  IMAGE_ID: number;
  INCREMENT_ID: number;
  START: number;
  BEGIN: number;
  END: number;
  BYTES_READ: number;
  BYTES_SENT: number;
  BYTES_STORED: number;
  BYTES_DONE: number;
  BYTES_TOTAL: number;
  RATE: number;
  TIME_LEFT: number;
}

export interface BackupStatus {
  TIME: number;
  RUNNING: { RUN: Run[] };
  WAITING: {
    RUN: Run[];
    BACKUP: Array<{
      VM_ID: number;
      VM_NAME: string;
      JOB_ID: number;
      ACTION_ID: number;
      SINCE: number;
      WAITS: string;
    }>;
  };
  FAILED: { RUN: Run[] };
  OVERDUE: { VM: Array<{ ID: number; NAME: string; LAST_BACKUP: number; MAX_AGE: number }> };
  UNPROTECTED: { VM: Array<{ ID: number; NAME: string }> };
  PROVEN: {
    VM: Array<{
      ID: number;
      NAME: string;
      IMAGE_ID: number;
      INCREMENT_ID: number;
      DATE: number;
      PROVEN: number;
      PROVEN_TIME: number;
      PROVEN_BY: string;
    }>;
  };
}

export interface User {
  ID: number;
  GID: number;
  GROUPS: { ID: number[] };
  GNAME: string;
  NAME: string;
  AUTH_DRIVER: string;
  ENABLED: number;
  LOGIN_TOKEN: Array<{ TOKEN: string; EXPIRATION_TIME: number; EGID: number }>;
  TEMPLATE: Attributes;
}

export interface BackupJob {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  PRIORITY: number;
  LAST_BACKUP_TIME: number;
  LAST_BACKUP_DURATION: number;
  OUTDATED_VMS: { ID: number[] };
  BACKING_UP_VMS: { ID: number[] };
  ERROR_VMS: { ID: number[] };
  UPDATED_VMS: { ID: number[] };
  TEMPLATE: Attributes;
}

export interface Datastore {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  NAME: string;
  DS_MAD: string;
  TYPE: number;
  STATE: number;
  TOTAL_MB: number;
  FREE_MB: number;
  USED_MB: number;
  TEMPLATE: Attributes;
}

export interface Methods {
  'one.datastorepool.info': {
    params: Record<string, never>;
    result: { DATASTORE_POOL: { DATASTORE: Datastore[] } };
  };
  'one.system.version': { params: Record<string, never>; result: string };
  'one.system.backupstatus': { params: Record<string, never>; result: { BACKUP_STATUS: BackupStatus } };
  'one.user.info': { params: { id?: number; decrypt?: boolean }; result: { USER: User } };
  'one.user.passwd': { params: { id: number; password: string }; result: number };
  'one.user.login': {
    params: { name: string; token: string; seconds: number; egid?: number };
    result: string;
  };
  'one.backupjobpool.info': {
    params: { filter: number; from: number; to: number };
    result: { BACKUPJOB_POOL: { BACKUPJOB: BackupJob[] } };
  };
  'one.backupjob.backup': { params: { id: number }; result: number };
  'one.backupjob.cancel': { params: { id: number }; result: number };
}
