import { describe, expect, it } from 'vitest';
import type { Attributes } from '../model/attributes.ts';
import { CODE } from '../model/errors.ts';
import { checkOperationLists, rightOf } from './operation-classes.ts';

const NOTHING = { user: [], group: [] };

describe('by default', () => {
  it.each([
    [
      'ADMIN',
      'migrate live-migrate delete delete-recreate recover retry deploy resched unresched backup backup-cancel restore',
    ],
    ['MANAGE', 'undeploy undeploy-hard hold release stop suspend resume reboot reboot-hard poweroff poweroff-hard'],
    ['MANAGE', 'disk-attach disk-detach nic-attach nic-detach nic-update sg-attach sg-detach pci-attach pci-detach'],
    ['MANAGE', 'disk-snapshot disk-snapshot-create disk-snapshot-delete disk-snapshot-revert disk-snapshot-rename'],
    ['MANAGE', 'terminate terminate-hard disk-resize snapshot snapshot-create snapshot-revert snapshot-delete'],
    ['MANAGE', 'updateconf rename resize update disk-saveas sched-action sched-add sched-update sched-delete exec'],
  ])('%s: %s', (right, actions) => {
    for (const action of actions.split(' ')) expect(rightOf(action, NOTHING)).toBe(right);
  });

  it.each(['', 'back-up', 'BACKUP', 'disk-snapshot-flatten', 'constructor'])('"%s" is no operation', (action) => {
    expect(() => rightOf(action, NOTHING)).toThrow(
      expect.objectContaining({
        code: CODE.ACTION,
        message: expect.stringContaining(`"${action}" is no`) as string,
      }) as Error,
    );
  });
});

describe('lists', () => {
  const use = (list: string): Attributes => [['VM_USE_OPERATIONS', list]];
  const manage = (list: string): Attributes => [['VM_MANAGE_OPERATIONS', list]];
  const admin = (list: string): Attributes => [['VM_ADMIN_OPERATIONS', list]];

  it.each<[string, Attributes, Attributes, string, string]>([
    ['the group moves it', [], manage('backup'), 'backup', 'MANAGE'],
    ['the user moves it', use('backup'), [], 'backup', 'USE'],
    ['the user comes before the group', use('backup'), admin('backup'), 'backup', 'USE'],
    ['a user who says nothing of it leaves it to the group', use('poweroff'), admin('resume'), 'resume', 'ADMIN'],
    ['what nobody names stays', use('poweroff'), admin('resume'), 'backup', 'ADMIN'],
    ['ADMIN before MANAGE', [], [...manage('backup'), ...admin('backup')], 'backup', 'ADMIN'],
    ['MANAGE before USE', [...use('backup'), ...manage('backup')], [], 'backup', 'MANAGE'],
    ['several, any case, any blanks', [], manage(' Restore ,BACKUP, '), 'backup', 'MANAGE'],
    ['the class moves all of its words', use('terminate'), [], 'terminate-hard', 'USE'],
    ['cancelling goes with backing up', [], manage('backup'), 'backup-cancel', 'MANAGE'],
    ['whole words only', use('disk-attach'), [], 'nic-attach', 'MANAGE'],
    ['an empty list', use(''), admin(''), 'poweroff', 'MANAGE'],
    ['no text', [['VM_USE_OPERATIONS', [['A', 'poweroff']]]], [], 'poweroff', 'MANAGE'],
  ])('%s', (_what, user, group, action, right) => {
    expect(rightOf(action, { user, group })).toBe(right);
  });

  it.each<[Attributes, string | RegExp]>([
    [use('backup, reboott'), 'VM_USE_OPERATIONS names "reboott", which is no operation; there are migrate, delete'],
    [manage('terminate-hard'), 'VM_MANAGE_OPERATIONS names "terminate-hard"'],
    [admin('backup restore'), 'VM_ADMIN_OPERATIONS names "backup restore"'],
    [[['VM_ADMIN_OPERATIONS', [['A', 'backup']]]], 'VM_ADMIN_OPERATIONS is a list of operations with commas'],
  ])('%j cannot be set', (template, message) => {
    expect(() => checkOperationLists(template)).toThrow(message);
  });

  it("that are right can be set, and other attributes are nobody's business", () => {
    expect(() => checkOperationLists([...use('backup, RESTORE,'), ...admin(''), ['VM_OPERATIONS', 'x']])).not.toThrow();
  });
});
