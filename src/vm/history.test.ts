import { expect, it } from 'vitest';
import { host, systemDatastore, vm } from '../../tests/golden/objects.ts';
import { text } from '../model/attributes.ts';
import { closeHistory, HISTORY_ACTION, openHistory, reopenHistory, showError } from './history.ts';

it('numbers the stays of a VM, and a backup closes one and opens the next', () => {
  const machine = { ...structuredClone(vm), history: [] as typeof vm.history };
  closeHistory(machine, 1, 1);
  reopenHistory(machine, 1);
  expect(machine.history).toEqual([]);
  machine.history.push(openHistory(machine, host, systemDatastore, 100));
  closeHistory(machine, 200, HISTORY_ACTION.BACKUP);
  reopenHistory(machine, 200);
  closeHistory(machine, 300, HISTORY_ACTION.TERMINATE);
  expect(machine.history.map(({ seq, stime, etime, retime, action }) => [seq, stime, etime, retime, action])).toEqual([
    [0, 100, 200, 200, 50],
    [1, 200, 300, 300, 27],
  ]);
  expect(machine.history.map(({ hid, hostname, dsId }) => [hid, hostname, dsId])).toEqual([
    [host.id, host.name, systemDatastore.id],
    [host.id, host.name, systemDatastore.id],
  ]);
});

it('shows the last error alone, with its time', () => {
  const machine = structuredClone(vm);
  showError(machine, 'one', 0);
  showError(machine, 'two', Date.UTC(2022, 11, 1, 13, 36, 56));
  expect(machine.userTemplate.filter(([name]) => name === 'ERROR')).toHaveLength(1);
  expect(text(machine.userTemplate, 'ERROR')).toBe('2022-12-01 13:36:56 UTC: two');
});
