// Every method of the API by its OpenNebula name.
import type { MethodTable } from '../method.ts';
import { datastoreMethods } from './datastore.ts';
import { hostMethods } from './host.ts';
import { imageMethods } from './image.ts';
import { systemMethods } from './system.ts';
import { templateMethods } from './template.ts';
import { userMethods } from './user.ts';
import { vmMethods } from './vm.ts';
import { vmPoolMethods } from './vm-pool.ts';
import { vnetMethods } from './vnet.ts';

export const METHODS: MethodTable = {
  ...datastoreMethods,
  ...hostMethods,
  ...imageMethods,
  ...systemMethods,
  ...templateMethods,
  ...userMethods,
  ...vmMethods,
  ...vmPoolMethods,
  ...vnetMethods,
};
