// one.system.* and one.vmpool.protection: how backups stand, what ran and what is going to, as far as the caller may see it. OpenNebula
// has no such methods.
import { CODE, OneError } from '../../model/errors.ts';
import { OPERATION_KINDS } from '../../model/operation.ts';
import { PROTECTION_KINDS, type VmProtection } from '../../model/vm-protection.ts';
import { readOccurrences } from '../../schedule/action-preview.ts';
import { calendarOf } from '../../schedule/calendar.ts';
import { runFigures } from '../../schedule/run-figures.ts';
import { summaryOf } from '../../schedule/summary.ts';
import { vmProtections } from '../../schedule/vm-protections.ts';
import { nowSec } from '../../vm/parts.ts';
import { calendarXml } from '../../wire/documents/calendar.ts';
import { occurrencesXml } from '../../wire/documents/occurrences.ts';
import { PROTECTION_POOL, protectionXml } from '../../wire/documents/protection.ts';
import { runFiguresXml } from '../../wire/documents/run-figures.ts';
import { summaryXml } from '../../wire/documents/summary.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { visibleTo } from '../noun.ts';
import { BACKUP_JOB, DATASTORE, VM } from '../nouns/stored.ts';
import { poolFilter } from '../pool.ts';
import { readRunFilter, wordOf } from '../run-filter.ts';
import { checkDays, checkLimit, runPool, visibleNames } from '../run-history.ts';

const DAY_SEC = 86_400;
const MAX_DAYS = 400;
const MAX_CALENDAR_DAYS = 62;
const MAX_OCCURRENCES = 100;

export const overviewMethods: MethodTable = {
  'one.vmpool.protection': method(['int', 'int', 'int', ['string', '']], (call, flag, start, end, kind) => {
    const filter = { ...poolFilter(call.user, flag, start, end), ...visibleTo(call, VM) };
    const wanted = kind === '' ? undefined : wordOf('kind', kind, PROTECTION_KINDS);
    return Promise.resolve(protections(vmProtections(call.overview, filter, wanted, nowSec(call.parts.clock))));
  }),
  'one.system.summary': method([], async (call) => {
    const { overview, runs, parts } = call;
    const sources = { store: parts.store, overview, runs, nowMs: parts.clock() };
    const onlooker = { all: call.caller.admin, vms: visibleTo(call, VM) };
    return summaryXml(await summaryOf(sources, onlooker, visibleTo(call, DATASTORE)));
  }),
  'one.system.runs': method(
    [
      ['string', ''],
      ['int', 0],
      ['int', 100],
    ],
    async (call, given, offset, limit) => {
      const filter = { ...readRunFilter(templateOf(given)), ...runsOf(call) };
      if (offset < 0) throw new OneError(CODE.ACTION, `offset="${offset}" is not right; it must be 0 or more.`);
      return runPool(call, await call.parts.store.operations.history(filter, { offset, limit: checkLimit(limit) }));
    },
  ),
  'one.system.runfigures': method(
    [
      ['int', 30],
      ['int', -1],
      ['string', 'backup'],
      ['int', 100],
    ],
    async (call, days, vmId, kind, most) => {
      const wish = {
        ...{ days: checkDays(days, MAX_DAYS), kind: wordOf('kind', kind, OPERATION_KINDS) },
        ...{ vmId: vmId < 0 ? undefined : vmId, most: checkLimit(most), vms: runsOf(call).vms },
      };
      const { clock, store } = call.parts;
      const figures = await runFigures(store, wish, nowSec(clock), call.schedulePolicy.timeZone);
      const names = await visibleNames(
        call,
        figures.vms.map((vm) => vm.vmId),
      );
      return runFiguresXml({ ...figures, vms: figures.vms.map((vm) => ({ ...vm, name: names.get(vm.vmId) ?? '' })) });
    },
  ),
  'one.system.calendar': method(['int', 'int'], async (call, fromSec, untilSec) => {
    if (fromSec < 0 || untilSec <= fromSec || untilSec - fromSec > MAX_CALENDAR_DAYS * DAY_SEC) {
      throw new OneError(
        CODE.ACTION,
        `from="${fromSec}" to="${untilSec}" is no time of up to ${MAX_CALENDAR_DAYS} days, in epoch seconds.`,
      );
    }
    const { clock, store } = call.parts;
    const vms = visibleTo(call, VM);
    const calendar = await calendarOf(store, {
      ...{ fromSec, untilSec, nowSec: nowSec(clock), zone: call.schedulePolicy.timeZone },
      ...{ runsOf: runsOf(call).vms, vms, jobs: visibleTo(call, BACKUP_JOB) },
    });
    const names = await visibleNames(
      call,
      calendar.runs.map(({ vmId }) => vmId),
    );
    return calendarXml(calendar, names);
  }),
  'one.system.occurrences': method(['string', ['int', 10]], (call, given, count) => {
    if (count < 1 || count > MAX_OCCURRENCES) {
      throw new OneError(CODE.ACTION, `count="${count}" is no number of moments from 1 to ${MAX_OCCURRENCES}.`);
    }
    const { timeZone: zone } = call.schedulePolicy;
    const now = nowSec(call.parts.clock);
    return Promise.resolve(occurrencesXml(zone, readOccurrences(parseTemplate(given), { nowSec: now, zone, count })));
  }),
};

async function* protections(batches: AsyncIterable<VmProtection[]>): AsyncGenerator<string, void, undefined> {
  yield `<${PROTECTION_POOL}>`;
  for await (const batch of batches) yield batch.map(protectionXml).join('');
  yield `</${PROTECTION_POOL}>`;
}

/** Administrators see runs that are of no VM as well. */
function runsOf(call: Call): { vms?: ReturnType<typeof visibleTo> } {
  return call.caller.admin ? {} : { vms: visibleTo(call, VM) };
}

function templateOf(text: string): ReturnType<typeof parseTemplate> {
  return text.trim() === '' ? [] : parseTemplate(text);
}
