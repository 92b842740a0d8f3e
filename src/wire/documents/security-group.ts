// The SECURITY_GROUP document; entries of SECURITY_GROUP_POOL are full documents. There is one group, which every network has
// and which lets everything through: rules are the host's own matter.
import type { Attributes } from '../../model/attributes.ts';
import { permissionsFromOctet, type Owned } from '../../model/permissions.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, idList } from '../xml-write.ts';
import { headXml, permissionsXml } from './owned.ts';

export const SECURITY_GROUP_POOL = 'SECURITY_GROUP_POOL';

export interface SecurityGroup extends Owned {
  template: Attributes;
}

export const DEFAULT_SECURITY_GROUP: SecurityGroup = {
  id: 0,
  uid: 0,
  gid: 0,
  uname: 'oneadmin',
  gname: 'oneadmin',
  name: 'default',
  permissions: permissionsFromOctet(0o744),
  template: [
    ['DESCRIPTION', 'Lets all traffic in and out'],
    ...['INBOUND', 'OUTBOUND'].map((direction): Attributes[number] => [
      'RULE',
      [
        ['PROTOCOL', 'ALL'],
        ['RULE_TYPE', direction],
      ],
    ]),
  ],
};

/** `vms` have a NIC in a network of the group. */
export function securityGroupXml(group: SecurityGroup, vms: readonly number[] = []): string {
  return branch(
    'SECURITY_GROUP',
    headXml(group),
    permissionsXml(group.permissions),
    idList('UPDATED_VMS', vms),
    branch('OUTDATED_VMS'),
    branch('UPDATING_VMS'),
    branch('ERROR_VMS'),
    templateXml(alphabetical(group.template)),
  );
}
