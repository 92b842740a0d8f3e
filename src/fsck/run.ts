// Looks at the records of a database, of one moment, and mends what is derived when asked. Looking alone changes nothing and may
// go on beside a daemon.
import { openStore, readStore, type StorePlace } from '../store/open.ts';
import { lockState } from '../store/state-lock.ts';
import { headOf, keptRecords } from '../store/audit.ts';
import { lookAtAudit } from '../store/audit-look.ts';
import type { Db } from '../store/steps.ts';
import { check } from './check.ts';
import { DERIVED, finding, type Finding } from './finding.ts';
import { readRecords, type Records } from './records.ts';
import { repair } from './repair.ts';

export interface Outcome {
  records: Records;
  /** What is wrong, after the repair if there was one. */
  findings: Finding[];
  repaired: number;
}

export async function look(place: StorePlace): Promise<Outcome> {
  const store = await readStore(place);
  try {
    return await store.snapshot(async (db) => {
      const records = await readRecords(db);
      return { records, findings: [...check(records), ...(await checkAudit(db))], repaired: 0 };
    });
  } finally {
    await store.close();
  }
}

export async function mend(place: StorePlace, stateDirectory: string): Promise<Outcome> {
  const unlock = lockState(stateDirectory);
  try {
    const store = await openStore(place);
    try {
      return await store.rewrite(async (db) => {
        const before = await readRecords(db);
        const derived = check(before).filter(({ subject }) => DERIVED.has(subject));
        if (derived.length > 0) await repair(db, before, new Set(derived.map(({ subject }) => subject)));
        const records = await readRecords(db);
        const findings = [...check(records), ...(await checkAudit(db))];
        const left = findings.filter(({ subject }) => DERIVED.has(subject)).length;
        return { records, findings, repaired: derived.length - left };
      });
    } finally {
      await store.close();
    }
  } finally {
    unlock();
  }
}

/** The log may be long, so it is not among the records that are in memory. */
async function checkAudit(db: Db): Promise<Finding[]> {
  const { broken } = await lookAtAudit({ head: () => headOf(db), kept: (after) => keptRecords(db, after) });
  return broken === undefined ? [] : [finding('audit')(`The audit log is broken: ${broken}.`)];
}
