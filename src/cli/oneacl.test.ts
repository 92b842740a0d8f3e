// oneacl: rules to words and back, and what the command sends.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../../tests/golden/canned-server.ts';
import { failure, runCommand, success } from '../../tests/golden/command.ts';
import { RESOURCE_BIT, RIGHT_BIT } from '../model/acl.ts';
import { ruleCells, ruleWords } from './acl-text.ts';
import { oneacl } from './oneacl.ts';

const pool = readFileSync(new URL('../../tests/golden/documents/acl-pool.xml', import.meta.url), 'utf8');
const REPLIES = {
  'acl.info': pool,
  'acl.addrule': 3,
  'acl.delrule': ([id]: unknown[]) => (id === 9 ? new Refusal('[one.acl.delrule] Error getting ACL [9].', 0x400) : 2),
};

// The words of OpenNebula's own default rules, and of the examples in its guide.
test.each<[rule: string, words: string[]]>([
  ['@1 DATASTORE/#100 USE', ['200000001', '100100000064', '1']],
  ['@101 DATASTORE/#100 USE+MANAGE #0', ['200000065', '100100000064', '3', '100000000']],
  ['* ZONE/* USE *', ['400000000', '800400000000', '1', '400000000']],
  ['* MARKETPLACE+MARKETPLACEAPP/* USE *', ['400000000', '18000400000000', '1', '400000000']],
  ['#5 IMAGE+TEMPLATE/@103 use+manage #0', ['100000005', '28200000067', '3', '100000000']],
  ['@106 HOST+NET/%100 ADMIN', ['20000006a', '6800000064', '4']],
  ['  @1   VM/*  CREATE ', ['200000001', '1400000000', '8']],
])('%s is sent as %j', async (rule, words) => {
  expect(ruleWords([rule])).toEqual(words);
  expect(ruleWords(rule.trim().split(/\s+/))).toEqual(words);
  expect(await runCommand(oneacl, ['create', rule], REPLIES)).toEqual(success([['acl.addrule', ...words]], 'ID: 3\n'));
});

test('hexadecimal words are sent as they are', async () => {
  const outcome = await runCommand(oneacl, 'create 0x200000001 100100000064 1', REPLIES);
  expect(outcome.calls).toEqual([['acl.addrule', '200000001', '100100000064', '1']]);
  expect(ruleWords(['400000000', '800400000000', '1', '4000000AB'])).toEqual([
    '400000000',
    '800400000000',
    '1',
    '4000000ab',
  ]);
});

test.each([
  ['@1', 'its text "@1" has 1 parts; a rule is <user> <kind>+<kind>/<objects> <right>+<right> [<zone>]'],
  ['@1 VM/* USE * *', 'has 5 parts'],
  ['1 VM/* USE', 'its user "1" is none of #id, @id, %id and *.'],
  ['%1 VM/* USE', 'its user is a cluster (%)'],
  ['@1 VM USE', 'its resource "VM" is not <kind>+<kind>/<objects>'],
  ['@1 VM/3 USE', 'its resource "3" is none of #id, @id, %id and *.'],
  ['@1 CAR/* USE', 'its resource "CAR" names CAR; there are VM, HOST, NET'],
  ['@1 VM/* FLY', 'its rights "FLY" names FLY; there are USE, MANAGE, ADMIN, CREATE.'],
  ['@1 VM/* USE @0', 'its zone is a group (@)'],
  ['#4294967296 VM/* USE', 'its user "#4294967296"'],
])('the rule %s is refused before anything is sent', async (rule, reason) => {
  const outcome = await runCommand(oneacl, ['create', rule], REPLIES);
  expect(outcome).toMatchObject({ status: 255, out: '', calls: [] });
  expect(outcome.err).toContain(reason);
});

test('the cells of a rule name the same kinds and rights as its words', () => {
  const some = <Name extends string>(names: readonly Name[]) => fc.subarray([...names], { minLength: 1 });
  const kinds = Object.keys(RESOURCE_BIT);
  const rights = Object.keys(RIGHT_BIT);
  fc.assert(
    fc.property(some(kinds), some(rights), fc.nat(0x7fffffff), (chosen, may, id) => {
      const rule = `#${id} ${chosen.join('+')}/#${id} ${may.join('+')} #0`;
      const cells = ruleCells(rule);
      expect(cells).toMatchObject({ user: `#${id}`, objects: `#${id}`, zone: '#0' });
      expect(kinds.filter((_kind, index) => cells.resources[index] !== '-')).toEqual(chosen);
      expect(rights.filter((_right, index) => cells.rights[index] !== '-')).toEqual(may);
      const [user = '', resource = ''] = ruleWords([rule]).map((word) => BigInt(`0x${word}`));
      expect(user).toBe(0x100000000n + BigInt(id));
      expect(BigInt(resource) & 0xffffffffn).toBe(BigInt(id));
    }),
  );
});

test('the list', async () => {
  const outcome = await runCommand(oneacl, 'list', REPLIES);
  expect(outcome).toMatchObject({ status: 0, err: '', calls: [['acl.info']] });
  expect(outcome.out).toBe(
    [
      '  ID     USER RES_VHNIUTGDCOZSvRMAPtB   RID OPE_UMAC  ZONE',
      '   2     @101     -------D-----------  #100     um--    #0',
      '   1        *     ----------Z--------     *     u---     *',
      '   0       @1     V--I-T---O-S----P-B     *     ---c     *',
      '',
    ].join('\n'),
  );
});

test('rules are deleted one by one', async () => {
  expect(await runCommand(oneacl, 'delete 2,8..10 -v', REPLIES)).toEqual({
    status: 255,
    out: 'ACL 2: deleted\nACL 8: deleted\nACL 10: deleted\n',
    err: '[one.acl.delrule] Error getting ACL [9].\n',
    calls: [2, 8, 9, 10].map((id) => ['acl.delrule', id]),
  });
  expect(await runCommand(oneacl, 'delete', REPLIES)).toEqual(failure("missing required argument 'rules'"));
});
