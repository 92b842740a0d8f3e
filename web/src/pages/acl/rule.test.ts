import { expect, it } from 'vitest';
import { ruleParts, ruleWords } from './rule.ts';

it('reads the text of a rule', () => {
  expect(ruleParts('@101 VM+IMAGE/#100 USE+MANAGE #0')).toEqual({
    who: { kind: 'group', id: 101 },
    kinds: ['VM', 'IMAGE'],
    objects: { kind: 'id', id: 100 },
    rights: ['USE', 'MANAGE'],
  });
  expect(ruleParts('* DATASTORE/%0 USE *')).toMatchObject({
    who: { kind: 'all' },
    objects: { kind: 'cluster', id: 0 },
  });
  expect(ruleParts('? VM/# USE').who).toBeUndefined();
  expect(ruleParts('? VM/# USE').objects).toBeUndefined();
});

it("writes OpenNebula's words", () => {
  // oneacl create "@1 VM+NET+IMAGE+TEMPLATE+DOCUMENT/* CREATE" is rule 0 of OpenNebula: 200000001 2d0... ; here without DOCUMENT
  expect(
    ruleWords({ who: { kind: 'group', id: 1 }, kinds: ['VM'], objects: { kind: 'all' }, rights: ['CREATE'] }),
  ).toEqual({ user: '200000001', resource: '1400000000', rights: '8' });
  expect(
    ruleWords({
      who: { kind: 'id', id: 5 },
      kinds: ['BACKUPJOB', 'IMAGE'],
      objects: { kind: 'group', id: 100 },
      rights: ['USE', 'MANAGE'],
    }),
  ).toEqual({ user: '100000005', resource: '100008200000064', rights: '3' });
});
