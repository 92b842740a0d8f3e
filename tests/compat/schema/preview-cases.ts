// The same for what is told before something is done, and of how backups stand.
import fc from 'fast-check';
import { NOT_ENDED, type AuditEntry } from '../../../src/model/audit.ts';
import { INCREMENT_MODES } from '../../../src/model/backup-config.ts';
import type { Fill } from '../../../src/model/datastore.ts';
import type { Eligibility } from '../../../src/model/eligibility.ts';
import type { JobSelection } from '../../../src/model/job-selection.ts';
import { OPERATION_KINDS } from '../../../src/model/operation.ts';
import type { RestorePreview } from '../../../src/model/restore-preview.ts';
import type { RunFigures, RunSums } from '../../../src/model/run-figures.ts';
import { SCHEDULED_ACTIONS } from '../../../src/model/scheduled-action.ts';
import type { Summary } from '../../../src/model/summary.ts';
import { PROTECTION_KINDS } from '../../../src/model/vm-protection.ts';
import { auditCheckXml, auditPoolXml, type AuditCheck } from '../../../src/wire/documents/audit.ts';
import { calendarXml } from '../../../src/wire/documents/calendar.ts';
import { datastoreFillXml } from '../../../src/wire/documents/datastore-fill.ts';
import { eligibilityXml } from '../../../src/wire/documents/eligibility.ts';
import { jobSelectionXml } from '../../../src/wire/documents/job-selection.ts';
import { nodesXml, type ShownNode } from '../../../src/wire/documents/nodes.ts';
import { occurrencesXml } from '../../../src/wire/documents/occurrences.ts';
import { PROTECTION_POOL, protectionXml } from '../../../src/wire/documents/protection.ts';
import { restorePlanXml } from '../../../src/wire/documents/restore-plan.ts';
import { runFiguresXml } from '../../../src/wire/documents/run-figures.ts';
import { summaryXml } from '../../../src/wire/documents/summary.ts';
import { amount, backupPlans, count, epoch, filled, id, idOrNone, name, runs, text, vms } from './arbitraries.ts';

const few = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { maxLength: 3 });

const sums: fc.Arbitrary<RunSums> = fc.record({
  ...{ done: amount, failed: amount, cancelled: amount, running: amount, tookMs: count, longestMs: count },
  ...{ readBytes: count, sentBytes: count, storedBytes: count, lastMs: epoch.map((sec) => sec * 1000 + 999) },
});
const capacity = { totalMb: amount, freeMb: amount, usedMb: amount };
const trend = {
  mbPerDay: fc.double({ min: -1e7, max: 1e7, noNaN: true }),
  fullSec: fc.option(epoch, { nil: undefined }),
};

const protection = fc.record({
  vm: vms,
  kind: fc.constantFrom(...PROTECTION_KINDS),
  reason: text,
  ...{ pointSec: epoch, limitSec: amount, nextSec: epoch, schedules: amount },
  jobId: fc.option(id, { nil: undefined }),
});

const summary: fc.Arbitrary<Summary> = fc.record({
  atSec: epoch,
  vms: fc.record({ total: amount, running: amount, off: amount, other: amount }),
  protection: fc.record({ protected: amount, overdue: amount, unprotected: amount, proven: amount }),
  ...{ running: amount, waiting: amount, lastDay: sums, nextSec: epoch },
  datastores: few(fc.record({ id, name, ...capacity, images: amount, ...trend })),
});

const node: fc.Arbitrary<ShownNode> = fc.record({
  ...{ id: filled, name: filled, url: text, version: filled, answers: fc.boolean() },
  ...{ leaseSec: idOrNone, runs: count, duties: few(filled) },
});

const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const audit: fc.Arbitrary<AuditEntry> = fc.record(
  {
    ...{ seq: count, previous: hash, hash },
    event: fc.record({
      ...{ at: epoch.map((sec) => sec * 1000), uid: idOrNone, user: text, method: filled, object: text },
      on: fc.dictionary(fc.constantFrom('id', 'name', 'force'), fc.oneof(id, text, fc.boolean(), few(id))),
      ...{ attributes: few(filled), code: fc.constantFrom(NOT_ENDED, 0, 512), result: idOrNone },
      ...{ from: text, by: text, node: text },
    }),
    end: fc.record({ seq: count, at: epoch.map((sec) => sec * 1000), code: fc.constantFrom(0, 512), result: idOrNone }),
  },
  { requiredKeys: ['seq', 'previous', 'hash', 'event'] },
);
const check: fc.Arbitrary<AuditCheck> = fc.record({
  head: fc.record({ seq: count, hash, droppedSeq: count, droppedHash: hash }),
  broken: fc.option(text, { nil: undefined }),
  anchors: amount,
});

const figures: fc.Arbitrary<RunFigures> = fc.record({
  ...{ fromSec: epoch, untilSec: epoch, kind: fc.constantFrom(...OPERATION_KINDS) },
  days: few(fc.record({ atSec: epoch, sums })),
  vms: few(fc.record({ vmId: idOrNone, name: text, sums })),
});

const action = fc.constantFrom(...SCHEDULED_ACTIONS);
const calendar = fc.record({
  ...{ fromSec: epoch, untilSec: epoch, more: fc.boolean() },
  days: few(fc.record({ atSec: epoch, sums, coming: amount })),
  runs: few(runs),
  coming: few(
    fc.record({
      atSec: epoch,
      parent: fc.record({ type: fc.constantFrom('VM' as const, 'BACKUPJOB' as const), id }),
      ...{ action, actionId: id, name },
    }),
  ),
});

const eligibility: fc.Arbitrary<Eligibility> = fc.record({
  ...{ vmId: id, mode: fc.constantFrom('FULL', 'INCREMENT'), incrementMode: fc.constantFrom(...INCREMENT_MODES) },
  ...{ next: fc.constantFrom('FULL', 'INCREMENT', 'NONE'), reason: filled, possible: fc.boolean() },
  obstacles: few(filled),
  disks: few(
    fc.record({
      ...{ diskId: fc.nat(9), target: text, format: fc.constantFrom('qcow2', 'raw'), sizeMb: amount },
      ...{ takesPart: fc.boolean(), increment: fc.boolean(), reason: text },
    }),
  ),
});

const restore: fc.Arbitrary<RestorePreview> = fc.record({
  ...{ imageId: id, pointId: fc.nat(20), date: epoch, inPlace: fc.boolean(), datastoreId: idOrNone, name },
  ...{ template: fc.boolean(), needsMb: amount, freeMb: idOrNone },
  disks: few(
    fc.record({
      ...{ diskId: fc.nat(9), name, sizeMb: amount, sizeBeforeMb: idOrNone },
      ...{ format: fc.constantFrom('qcow2', 'raw'), bytes: count },
    }),
  ),
  nics: few(fc.record({ network: text, ip: text })),
  stripped: few(fc.record({ name: filled, value: text, reason: filled })),
  quota: backupPlans.map((plan) => plan.quota),
  warnings: few(filled),
});

const selection: fc.Arbitrary<JobSelection> = fc.record({
  ...{ total: amount, sizeMb: amount, gone: few(id) },
  vms: few(fc.record({ vm: vms, how: fc.constantFrom('listed' as const, 'selected' as const), sizeMb: amount })),
  elsewhere: few(fc.record({ vmId: id, name, jobId: id })),
  refused: few(fc.record({ vmId: id, name, reason: filled })),
});

const fills: fc.Arbitrary<Fill[]> = few(fc.record({ atSec: epoch, ...capacity }));
const restorePlan = restore.map((plan) => restorePlanXml(plan));

/** By method, without `one.` */
export const PREVIEW_CASES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'vmpool.protection': few(protection.map((one) => protectionXml(one))).map(
    (entries) => `<${PROTECTION_POOL}>${entries.join('')}</${PROTECTION_POOL}>`,
  ),
  'system.audit': few(audit).map((some) => auditPoolXml(some)),
  'system.auditverify': check.map((one) => auditCheckXml(one)),
  'system.nodes': few(node).map((some) => nodesXml(some)),
  'system.summary': summary.map((one) => summaryXml(one)),
  'system.runfigures': figures.map((one) => runFiguresXml(one)),
  'system.calendar': fc
    .tuple(calendar, few(fc.tuple(id, name)))
    .map(([one, names]) => calendarXml(one, new Map(names))),
  'system.occurrences': few(fc.record({ atSec: epoch, index: fc.nat(9), action })).map((all) =>
    occurrencesXml('Europe/Berlin', all),
  ),
  'vm.eligibility': eligibility.map((one) => eligibilityXml(one)),
  'vm.restoreplan': restorePlan,
  'image.restoreplan': restorePlan,
  'datastore.fill': fc
    .tuple(fc.record({ id, ...capacity }), fc.record(trend), fills)
    .map((given) => datastoreFillXml(...given)),
  'backupjob.selection': selection.map((one) => jobSelectionXml(one)),
};
