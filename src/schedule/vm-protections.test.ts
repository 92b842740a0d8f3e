import { expect, it } from 'vitest';
import type { Vm } from '../model/vm.ts';
import type { Looked } from './overview.ts';
import { protectionOfVm, vmProtections } from './vm-protections.ts';

const DAY = 86_400;
const NOW = 100 * DAY;
const schedule = { timeSec: NOW + 60, anchorSec: 0, repeat: 0 as const, days: [0], endType: 0 as const, endValue: -1 };

function looked(given: Partial<Looked>, id = 0): Looked {
  return {
    vm: { id } as Vm,
    ...{ schedules: [schedule], jobId: undefined, pointSec: NOW - DAY, demandSec: DAY },
    protection: { kind: 'good' },
    ...given,
  };
}

it('says why a VM lacks backups, and what is worth knowing of others', () => {
  const reason = (given: Partial<Looked>): string => protectionOfVm(looked(given), NOW).reason;
  expect(reason({})).toBe('');
  expect(reason({ pointSec: undefined })).toMatch(/first backup is still to come/);
  expect(reason({ schedules: [], demandSec: undefined })).toMatch(/nothing is scheduled/);
  expect(reason({ demandSec: undefined })).toMatch(/nothing that is scheduled repeats/);
  expect(reason({ protection: { kind: 'unprotected' }, pointSec: undefined })).toMatch(/no backup, and nothing/);
  const overdue = { kind: 'overdue' as const, sinceSec: NOW - 5 * DAY, limitSec: 2 * DAY };
  expect(reason({ protection: overdue })).toBe('its last backup is 5 days old; its schedules ask for one within 48 h');
  expect(reason({ protection: overdue, pointSec: undefined })).toMatch(/^it has no backup after 5 days/);
});

it('tells how old the newest point may be, and when the next is due', () => {
  const later = { ...schedule, timeSec: NOW + 900 };
  expect(protectionOfVm(looked({ schedules: [later, schedule], jobId: 4 }), NOW)).toMatchObject({
    ...{ kind: 'protected', limitSec: 2 * DAY, nextSec: NOW + 60, schedules: 2, jobId: 4 },
  });
  expect(protectionOfVm(looked({ schedules: [], demandSec: undefined }), NOW)).toMatchObject({
    limitSec: 0,
    nextSec: 0,
  });
});

it('counts the page of a kind in VMs of that kind', async () => {
  const kinds = ['good', 'unprotected', 'good', 'unprotected', 'unprotected'] as const;
  const overview = {
    async *vms() {
      const all = kinds.map((kind, id) => looked({ protection: { kind } }, id));
      yield all.slice(0, 2);
      yield all.slice(2);
      await Promise.resolve();
    },
  };
  const ids = async (offset: number, limit: number): Promise<number[]> => {
    const found: number[] = [];
    for await (const batch of vmProtections(overview, { offset, limit }, 'unprotected', NOW))
      found.push(...batch.map(({ vm }) => vm.id));
    return found;
  };
  expect(await ids(0, 2)).toEqual([1, 3]);
  expect(await ids(1, 9)).toEqual([3, 4]);
  expect(await ids(3, 9)).toEqual([]);
});
