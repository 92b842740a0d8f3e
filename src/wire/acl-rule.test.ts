import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Resource, Selector } from '../model/acl.ts';
import { CODE } from '../model/errors.ts';
import { formatAclNumbers, parseAclNumbers } from './acl-numbers.ts';
import { checkRule, RESOURCES, RIGHTS, type NewRule } from './acl-rule.ts';
import { formatAclText, parseAclText } from './acl-text.ts';

const id = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 0x7fff_ffff }));
const selector: fc.Arbitrary<Selector> = fc.oneof(
  fc.constant<Selector>({ kind: 'all' }),
  fc.record({ kind: fc.constantFrom('id' as const, 'group' as const, 'cluster' as const), id }),
);
const anyRule: fc.Arbitrary<NewRule> = fc.record({
  user: selector,
  resources: fc.oneof(fc.subarray(RESOURCES), fc.subarray(RESOURCES, { maxLength: 2 })),
  object: selector,
  rights: fc.subarray(RIGHTS),
  zone: selector,
});

/** OpenNebula's conditions, written down a second time. */
function isGood({ user, resources, object, rights, zone }: NewRule): boolean {
  const within = (...kinds: Resource[]): boolean => resources.every((resource) => kinds.includes(resource));
  const without = (...kinds: Resource[]): boolean => !resources.some((resource) => kinds.includes(resource));
  if (user.kind === 'cluster' || zone.kind === 'group' || zone.kind === 'cluster') return false;
  if (resources.length === 0 || rights.length === 0) return false;
  if (object.kind === 'cluster') return within('HOST', 'NET', 'DATASTORE');
  if (object.kind === 'group') return without('HOST', 'GROUP', 'CLUSTER', 'ZONE', 'VDC');
  return object.kind === 'all' || zone.kind !== 'all' || within('USER', 'GROUP', 'ZONE', 'VDC');
}

it('numbers and text say the same of every rule that can be, and of no other', () => {
  let good = 0;
  fc.assert(
    fc.property(anyRule, (rule) => {
      const { user, resource, rights, zone } = formatAclNumbers(rule);
      const text = formatAclText(rule);
      if (isGood(rule)) {
        good += 1;
        expect(checkRule(rule)).toEqual(rule);
        expect(parseAclNumbers(user, resource, rights, zone)).toEqual(rule);
        expect(parseAclNumbers(user.toUpperCase(), resource.padStart(16, '0'), rights, zone)).toEqual(rule);
        expect(parseAclText(text)).toEqual(rule);
        expect(parseAclText(`  ${text.toLowerCase().replaceAll(' ', '  ')}\n`)).toEqual(rule);
      } else {
        expect(() => checkRule(rule)).toThrow(/malformed/);
        expect(() => parseAclNumbers(user, resource, rights, zone)).toThrow(/malformed/);
        expect(() => parseAclText(text)).toThrow(/malformed/);
      }
    }),
    { numRuns: 1000 },
  );
  expect(good).toBeGreaterThan(50);
});

it.each([
  ['@1 DATASTORE/#100 USE #0', '200000001', '100100000064', '1', '100000000'],
  ['* ZONE/* USE *', '400000000', '800400000000', '1', '400000000'],
  ['#5 IMAGE+TEMPLATE/@103 USE+MANAGE #0', '100000005', '28200000067', '3', '100000000'],
  ['@1 VM+IMAGE/* CREATE *', '200000001', '9400000000', '8', '400000000'],
  ['#3 HOST+NET+DATASTORE/%101 MANAGE+ADMIN *', '100000003', '106800000065', '6', '400000000'],
  ['* USER/#0 USE+MANAGE+ADMIN+CREATE *', '400000000', '10100000000', 'f', '400000000'],
  ['#2147483647 BACKUPJOB/* USE *', '17fffffff', '100000400000000', '1', '400000000'],
  [
    '@1 VM+IMAGE+TEMPLATE+DOCUMENT+SECGROUP+VMGROUP+BACKUPJOB/* CREATE *',
    ...['200000001', '121429400000000', '8', '400000000'],
  ],
])('%s', (text, user, resource, rights, zone) => {
  const rule = parseAclText(text);
  expect(formatAclNumbers(rule)).toEqual({ user, resource, rights, zone });
  expect(parseAclNumbers(user, resource, rights, zone)).toEqual(rule);
  expect(formatAclText(rule)).toBe(text);
});

it('without a zone a rule is for this one', () => {
  for (const rule of [
    parseAclNumbers('200000001', '100100000064', '1'),
    parseAclNumbers('200000001', '100100000064', '1', ''),
    parseAclText('@1 DATASTORE/#100 USE'),
  ]) {
    expect(rule.zone).toEqual({ kind: 'id', id: 0 });
  }
});

it('is put into the order of the bits, each kind and right once', () => {
  expect(formatAclText(parseAclText('@1 image+VM+IMAGE/* create+USE+create *'))).toBe('@1 VM+IMAGE/* USE+CREATE *');
});

const [USER, RESOURCE, RIGHTS_, ZONE] = ['100000001', '1400000000', '1', '400000000'];

describe('malformed numbers', () => {
  it.each([
    ['', RESOURCE, RIGHTS_, ZONE, 'user "" is no hexadecimal number'],
    ['0x100000001', RESOURCE, RIGHTS_, ZONE, 'user "0x100000001" is no hexadecimal number'],
    ['-1', RESOURCE, RIGHTS_, ZONE, 'user "-1" is no hexadecimal number'],
    ['1', RESOURCE, RIGHTS_, ZONE, 'user says neither'],
    ['300000001', RESOURCE, RIGHTS_, ZONE, 'user says # and @ at once'],
    ['500000000', RESOURCE, RIGHTS_, ZONE, 'user says # and * at once'],
    ['400000001', RESOURCE, RIGHTS_, ZONE, 'user is for all (*) and yet has the id 1'],
    ['180000000', RESOURCE, RIGHTS_, ZONE, 'user has the id 2147483648'],
    ['800000001', RESOURCE, RIGHTS_, ZONE, 'user is a cluster'],
    ['1100000001', RESOURCE, RIGHTS_, ZONE, 'user "1100000001" names kinds of objects'],
    [USER, '400000000', RIGHTS_, ZONE, 'resource names no kind'],
    [USER, '1000000000', RIGHTS_, ZONE, 'resource says neither'],
    [USER, '1600000000', RIGHTS_, ZONE, 'resource says @ and * at once'],
    [USER, '1400000007', RIGHTS_, ZONE, 'resource is for all (*) and yet has the id 7'],
    [USER, '80400000000', RIGHTS_, ZONE, 'resource has the bits 80000000000'],
    [USER, '80000400000000', RIGHTS_, ZONE, 'resource has the bits 80000000000000'],
    [USER, '200001400000000', RIGHTS_, ZONE, 'resource has the bits 200000000000000'],
    [USER, '10000000000000000', RIGHTS_, ZONE, 'at most 16 digits'],
    [USER, RESOURCE, '0', ZONE, 'rights are empty'],
    [USER, RESOURCE, '10', ZONE, 'rights are 10'],
    [USER, RESOURCE, 'USE', ZONE, 'rights "USE" is no hexadecimal number'],
    [USER, RESOURCE, RIGHTS_, '200000000', 'zone is a group'],
    [USER, RESOURCE, RIGHTS_, '800000000', 'zone is a cluster'],
    [USER, RESOURCE, RIGHTS_, '0', 'zone says neither'],
    [USER, RESOURCE, RIGHTS_, '1400000000', 'zone "1400000000" names kinds of objects'],
    [USER, '1800000064', RIGHTS_, ZONE, 'selects VM by cluster'],
    [USER, '100000800000064', RIGHTS_, ZONE, 'selects BACKUPJOB by cluster'],
    [USER, '3200000064', RIGHTS_, ZONE, 'selects HOST by group'],
    [USER, '40200000064', RIGHTS_, ZONE, 'selects GROUP by group'],
    [USER, '1100000064', RIGHTS_, ZONE, 'names one VM by its id'],
  ])('%s %s %s %s', (user, resource, rights, zone, wanted) => {
    expect(() => parseAclNumbers(user, resource, rights, zone)).toThrow(
      expect.objectContaining({ code: CODE.INTERNAL, message: expect.stringContaining(wanted) as string }) as Error,
    );
  });

  it('these parts are right', () => {
    expect(() => parseAclNumbers(USER, RESOURCE, RIGHTS_, ZONE)).not.toThrow();
  });
});

describe('malformed text', () => {
  it.each([
    ['', 'has 1 parts'],
    ['@1 VM/*', 'has 2 parts'],
    ['@1 VM/* USE * *', 'has 5 parts'],
    ['1 VM/* USE', 'user "1" is none of'],
    ['#x VM/* USE', 'user "#x" is none of'],
    ['#-1 VM/* USE', 'user "#-1" is none of'],
    ['#2147483648 VM/* USE', 'is none of'],
    ['%1 VM/* USE', 'user is a cluster'],
    ['@1 VM USE', 'resource "VM" is not'],
    ['@1 VM/*/* USE', 'resource "VM/*/*" is not'],
    ['@1 /* USE', 'names nothing'],
    ['@1 VM+/* USE', 'names nothing'],
    ['@1 DISK/* USE', 'names DISK; there are VM, HOST'],
    ['@1 ACL/* USE', 'names ACL'],
    ['@1 VM/* READ', 'names READ; there are USE, MANAGE, ADMIN, CREATE'],
    ['@1 VM/* USE @0', 'zone is a group'],
    ['@1 VM/#3 USE *', 'names one VM by its id'],
    ['@1 BACKUPJOB/%0 USE', 'selects BACKUPJOB by cluster'],
  ])('"%s"', (text, wanted) => {
    expect(() => parseAclText(text)).toThrow(
      expect.objectContaining({ code: CODE.INTERNAL, message: expect.stringContaining(wanted) as string }) as Error,
    );
  });
});
