import { expect, it } from 'vitest';
import type { Right } from '../api/queries.ts';
import { offered, whyNot, type Action, type Asker } from './actions.ts';

interface Vm {
  id: number;
  running: boolean;
}
const stop: Action<Vm> = {
  id: 'stop',
  label: 'Stop',
  method: 'one.vm.action',
  needs: 'MANAGE',
  refused: ({ running }) => (running ? undefined : 'It does not run.'),
  run: () => undefined,
};
const asker = (rights: Record<number, Right[]>, methods = ['one.vm.action']): Asker<Vm> => ({
  may: (method) => methods.includes(method),
  rightsOf: ({ id }) => rights[id],
});
const on = { id: 1, running: true };
const off = { id: 2, running: false };

it('offers nothing without the right, or while rights are not known', () => {
  expect(offered([stop], [on], asker({ 1: ['USE'] }))).toEqual([]);
  expect(offered([stop], [on], asker({}))).toEqual([]);
  expect(offered([stop], [on], asker({ 1: ['MANAGE'] }, []))).toEqual([]);
  expect(offered([stop], [], asker({}))).toEqual([]);
});

it('divides the objects into those that it can be done with and those that not, with the reason', () => {
  const [offer] = offered(
    [stop],
    [on, off, { id: 3, running: true }],
    asker({ 1: ['MANAGE'], 2: ['MANAGE'], 3: ['USE'] }),
  );
  expect(offer).toMatchObject({ able: [on], refused: [{ row: off, reason: 'It does not run.' }] });
  expect(whyNot(offer!)).toBeUndefined();
});

it('offers what can be done with none, and says why not', () => {
  const [offer] = offered([stop], [off, { id: 3, running: false }], asker({ 2: ['MANAGE'], 3: ['MANAGE'] }));
  expect(whyNot(offer!)).toBe('It does not run.');
});

it('offers what is for one object only for one', () => {
  const edit = { ...stop, single: true };
  const rights = asker({ 1: ['MANAGE'], 2: ['MANAGE'] });
  expect(offered([edit], [on], rights)).toHaveLength(1);
  expect(offered([edit], [on, off], rights)).toEqual([]);
});
