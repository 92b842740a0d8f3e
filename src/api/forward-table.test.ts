import { expect, test } from 'vitest';
import { ANYWHERE, PLACED, subjectOf, whyAnywhere } from './forward-table.ts';
import { METHODS } from './methods/all.ts';

test('every method says where it belongs, and nothing else is in the table', () => {
  expect([...PLACED].sort()).toEqual(Object.keys(METHODS).sort());
});

test('the object that decides is one of the method’s parameters, and a number', () => {
  for (const [name, { params }] of Object.entries(METHODS)) {
    const numbered = params.map((param, index) =>
      (typeof param === 'string' ? param : param[0]) === 'int' ? 100 + index : '',
    );
    const subject = subjectOf(name, numbered);
    if (subject.kind === 'work') expect(subject.imageId, name).toBeGreaterThanOrEqual(100);
    else if ('id' in subject) expect(subject.id, name).toBeGreaterThanOrEqual(100);
    if (whyAnywhere(name) !== undefined) expect(subject, name).toEqual({ kind: 'anywhere' });
    else expect(subject.kind, name).not.toBe('anywhere');
  }
});

test.each([
  ['one.vm.backup', [7, 100, false], { kind: 'vm', id: 7 }],
  ['one.vm.action', ['resume', 7], { kind: 'vm', id: 7 }],
  ['one.vm.deploy', [7, 3], { kind: 'host', id: 3 }],
  ['one.image.allocate', ['NAME=a', 5], { kind: 'datastore', id: 5 }],
  ['one.image.clone', [9, 'copy', -1], { kind: 'image', id: 9 }],
  ['one.image.clone', [9, 'copy'], { kind: 'image', id: 9 }],
  ['one.image.clone', [9, 'copy', 4], { kind: 'datastore', id: 4 }],
  ['one.image.cancel', [9], { kind: 'work', imageId: 9 }],
  ['one.vmpool.monitoring', [-2], { kind: 'everywhere' }],
  ['one.backupjob.backup', [1], { kind: 'main' }],
  ['one.vm.info', [7], { kind: 'anywhere' }],
])('%s %j', (method, params, subject) => {
  expect(subjectOf(method, params)).toEqual(subject);
});

test('what names no object is carried out where it came, which says what is wrong', () => {
  expect(subjectOf('one.vm.backup', [])).toEqual({ kind: 'anywhere' });
  expect(subjectOf('one.vm.backup', ['7'])).toEqual({ kind: 'anywhere' });
  expect(subjectOf('one.vm.backup', [-1])).toEqual({ kind: 'anywhere' });
  expect(subjectOf('one.image.cancel', [1.5])).toEqual({ kind: 'anywhere' });
  expect(subjectOf('one.none.such', [1])).toEqual({ kind: 'anywhere' });
});

test('what may be carried out anywhere says why', () => {
  expect(whyAnywhere('one.vm.info')).toBe(ANYWHERE.reads);
  expect(whyAnywhere('one.vm.backup')).toBeUndefined();
});
