// The access rules that come with things: with a new installation, with a new group, and with being a group's administrator. Pure.
import type { NewRule } from '../wire/acl-rule.ts';
import { parseAclText } from '../wire/acl-text.ts';

/** Everybody in `users` may make what a user needs; zones and markets are there for all. */
export const BOOTSTRAP_RULES: readonly NewRule[] = [
  parseAclText('@1 VM+IMAGE+TEMPLATE+DOCUMENT+SECGROUP+VMGROUP+BACKUPJOB/* CREATE *'),
  parseAclText('* ZONE/* USE *'),
  parseAclText('* MARKETPLACE+MARKETPLACEAPP/* USE *'),
];

/**
 * What OpenNebula gives a group's administrator: all rights over the users of the group, use and management of what belongs to it,
 * making virtual routers, and management of the group itself. The same rules are removed when she stops being one.
 */
export function groupAdminRules(uid: number, gid: number): NewRule[] {
  return [
    parseAclText(`#${uid} USER/@${gid} USE+MANAGE+ADMIN+CREATE *`),
    parseAclText(`#${uid} VM+NET+IMAGE+TEMPLATE+DOCUMENT+SECGROUP+VROUTER+VMGROUP+BACKUPJOB/@${gid} USE+MANAGE *`),
    parseAclText(`#${uid} VROUTER/* CREATE *`),
    parseAclText(`#${uid} GROUP/#${gid} MANAGE *`),
  ];
}
