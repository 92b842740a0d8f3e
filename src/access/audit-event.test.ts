import { describe, expect, it } from 'vitest';
import { changesSomething, knownBy, madeBy, objectOf, told } from './audit-event.ts';
import { hashToken } from './token.ts';

describe('what changes something', () => {
  it.each(['one.vm.delete', 'one.vm.action', 'one.user.login', 'one.acl.addrule', 'one.vm.restore', 'no.such'])(
    '%s does',
    (method) => expect(changesSomething(method)).toBe(true),
  );
  it.each(['one.vm.info', 'one.vmpool.info', 'one.system.version', 'one.vm.backupplan'])('%s does not', (method) =>
    expect(changesSomething(method)).toBe(false),
  );
});

describe('what is told of parameters', () => {
  it('is numbers and switches by their names', () => {
    expect(told(['id', 'force', 'ids'], [3, true, [1, 2]])).toEqual({
      on: { id: 3, force: true, ids: [1, 2] },
      attributes: [],
    });
  });

  it('is no password and no token', () => {
    const all = told(['name', 'password', 'driver', 'token'], ['ann', 'hidden-1', 'core', 'hidden-2']);
    expect(all).toEqual({ on: { name: 'ann', driver: 'core' }, attributes: [] });
  });

  it('is the names of attributes, not what they say', () => {
    const { on, attributes } = told(['id', 'template'], [1, 'RESTIC_PASSWORD="hidden" A=1 A=2 DISK=[ IMAGE="x" ]']);
    expect({ on, attributes }).toEqual({ on: { id: 1 }, attributes: ['RESTIC_PASSWORD', 'A', 'DISK'] });
  });

  it('is no name that none can be: it may be what was typed in the wrong place', () => {
    const { attributes } = told(['template'], [`${'A'.repeat(65)}="1"\nB="2"`]);
    expect(attributes).toEqual(['?', 'B']);
  });

  it('is nothing of what is no template', () => {
    expect(told(['template'], ['A=[ hidden'])).toEqual({ on: {}, attributes: [] });
  });
});

it('names the object that a call is on, and the one that it has made', () => {
  expect(objectOf('one.vn.hold', { id: 3 })).toBe('vnet:3');
  expect(objectOf('file.read', { id: 3 })).toBe('image:3');
  expect(objectOf('one.user.login', { name: 'ann' })).toBeUndefined();
  expect(objectOf('session.begin', { id: 3 })).toBeUndefined();
  expect(madeBy('one.template.instantiate', 5)).toBe('vm:5');
  expect(madeBy('one.template.clone', 5)).toBe('template:5');
  expect(madeBy('one.vm.delete', 5)).toBeUndefined();
});

it('tells passwords, tokens and sessions apart', () => {
  const token = { hash: hashToken('abc'), expires: -1, egid: -1 };
  expect(knownBy([token], 'ann:abc')).toBe(`token ${token.hash.slice(0, 12)}`);
  expect(knownBy([{ ...token, session: true }], 'ann:abc')).toBe(`session ${token.hash.slice(0, 12)}`);
  expect(knownBy([token], 'ann:other')).toBe('password');
});
