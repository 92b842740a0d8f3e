// one.system.*: the version whose API this speaks, and what of OpenNebula's configuration clients read, as far as it is true here.
import { usualOperations } from '../../access/operation-classes.ts';
import { GROUP_RESTRICTED, IMAGE_RESTRICTED, USER_RESTRICTED, VM_RESTRICTED } from '../../access/restricted.ts';
import { DEFAULT_UMASK } from '../../access/umask.ts';
import type { Attributes } from '../../model/attributes.ts';
import { SECRET_ATTRIBUTES } from '../../model/secrets.ts';
import { CORE_DRIVER } from '../../model/user.ts';
import { API_VERSION } from '../../model/version.ts';
import { nodesXml } from '../../wire/documents/nodes.ts';
import { templateXml } from '../../wire/template-xml.ts';
import { method, type MethodTable } from '../method.ts';
import { requireAdmin } from '../noun.ts';
import { REMEMBER_MS } from '../../sign-in/password-driver.ts';

export const systemMethods: MethodTable = {
  'one.system.version': method([], async () => Promise.resolve(API_VERSION)),
  'one.system.config': method([], async (call) => {
    requireAdmin(call, 'ADMIN system configuration');
    return Promise.resolve(templateXml(configuration(call.datastoreLocation), 'OPENNEBULA_CONFIGURATION'));
  }),
  'one.system.nodes': method([], async (call) => {
    requireAdmin(call, 'ADMIN control nodes');
    const { store, duties } = call.parts;
    const running = await store.operations.running();
    const nodes = await duties.standing();
    return nodesXml(
      nodes.map((node) => ({
        ...node,
        answers: node.id === duties.nodeId,
        leaseSec: node.leaseLeftMs === undefined ? -1 : Math.ceil(node.leaseLeftMs / 1000),
        runs: running.filter((operation) => operation.node === node.id).length,
      })),
    );
  }),
  'one.system.backupself': method(['int'], async (call, datastoreId) => {
    requireAdmin(call, 'ADMIN system database');
    return call.selfBackups.take(datastoreId, { by: 'user', uid: call.user.id });
  }),
};

function configuration(datastoreLocation: string): Attributes {
  const each = (name: string, values: Iterable<string>): Attributes => [...values].map((value) => [name, value]);
  return [
    ['API_LIST_ORDER', 'DESC'],
    ['DATASTORE_LOCATION', datastoreLocation],
    ...each('DATASTORE_ENCRYPTED_ATTR', SECRET_ATTRIBUTES),
    ['DEFAULT_AUTH', CORE_DRIVER],
    ['DEFAULT_UMASK', DEFAULT_UMASK],
    ['ENABLE_OTHER_PERMISSIONS', 'YES'],
    [
      'FEDERATION',
      [
        ['MODE', 'STANDALONE'],
        ['ZONE_ID', '0'],
      ],
    ],
    ...each('GROUP_RESTRICTED_ATTR', GROUP_RESTRICTED),
    ...each('IMAGE_RESTRICTED_ATTR', IMAGE_RESTRICTED),
    ['SESSION_EXPIRATION_TIME', String(REMEMBER_MS / 1000)],
    ...each('USER_RESTRICTED_ATTR', USER_RESTRICTED),
    ['VM_ADMIN_OPERATIONS', usualOperations('ADMIN')],
    ['VM_MANAGE_OPERATIONS', usualOperations('MANAGE')],
    ...each('VM_RESTRICTED_ATTR', VM_RESTRICTED),
    ['VM_USE_OPERATIONS', usualOperations('USE')],
  ];
}
