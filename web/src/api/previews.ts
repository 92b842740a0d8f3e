// Methods that the daemon is about to have, until documents.ts knows them.
import type { Run } from './documents.ts';

export interface RunSums {
  DONE: number;
  FAILED: number;
  CANCELLED: number;
  TOOK: number;
  LONGEST: number;
  BYTES_READ: number;
  BYTES_SENT: number;
  BYTES_STORED: number;
}

interface Capacity {
  TOTAL_MB: number;
  FREE_MB: number;
  USED_MB: number;
}

interface Trend {
  MB_PER_DAY: number;
  FULL_ON: number;
}

export interface Summary {
  TIME: number;
  VMS: { TOTAL: number; RUNNING: number; OFF: number; OTHER: number };
  PROTECTION: { PROTECTED: number; OVERDUE: number; UNPROTECTED: number; PROVEN: number };
  RUNS: { RUNNING: number; WAITING: number };
  LAST_DAY: RunSums;
  NEXT_BACKUP: number;
  DATASTORE: Array<{ ID: number; NAME: string; IMAGES: number } & Capacity & Trend>;
}

export interface RunFigures {
  FROM: number;
  TO: number;
  KIND: string;
  DAY: Array<{ TIME: number } & RunSums>;
  VM: Array<{ ID: number; NAME: string; LAST: number } & RunSums>;
}

export interface DatastoreFill extends Capacity, Trend {
  DATASTORE_ID: number;
  POINT: Array<{ TIME: number } & Capacity>;
}

export interface Calendar {
  FROM: number;
  TO: number;
  MORE: number;
  DAY: Array<{ TIME: number; DONE: number; FAILED: number; CANCELLED: number; RUNNING: number; NEXT: number }>;
  RUN: Array<
    Pick<Run, 'ID' | 'VM_ID' | 'VM_NAME' | 'KIND' | 'RESULT' | 'START' | 'END' | 'DATASTORE_ID'> & { JOB_ID: number }
  >;
  NEXT: Array<{ TIME: number; TYPE: 'VM' | 'BACKUPJOB'; ID: number; NAME: string; ACTION_ID: number; ACTION: string }>;
}

declare module './documents.ts' {
  interface Methods {
    'one.system.summary': { params: Record<string, never>; result: { SUMMARY: Summary } };
    'one.system.runs': {
      params: { filter?: string; offset?: number; limit?: number };
      result: { RUN_POOL: { RUN: Run[] } };
    };
    'one.system.runfigures': {
      params: { days?: number; vmId?: number; kind?: string; most?: number };
      result: { RUN_FIGURES: RunFigures };
    };
    'one.system.calendar': { params: { from: number; to: number }; result: { CALENDAR: Calendar } };
    'one.datastore.fill': { params: { id: number; days?: number }; result: { DATASTORE_FILL: DatastoreFill } };
  }
}
