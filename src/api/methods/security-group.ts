// one.secgroup.* and one.secgrouppool.*: there is one group, which every network is in and which lets everything through.
import { ownedTarget } from '../../access/targets.ts';
import { DEFAULT_SECURITY_GROUP, securityGroupXml } from '../../wire/documents/security-group.ts';
import { soleMethods } from '../sole.ts';

export const securityGroupMethods = soleMethods({
  word: 'secgroup',
  label: 'security group',
  root: 'SECURITY_GROUP_POOL',
  target: ownedTarget('SECGROUP', DEFAULT_SECURITY_GROUP),
  xml: async ({ parts }) => {
    const vms = [...(await parts.store.links.all('vm-vnet')).values()].flat();
    return securityGroupXml(
      DEFAULT_SECURITY_GROUP,
      [...new Set(vms)].toSorted((a, b) => a - b),
    );
  },
});
