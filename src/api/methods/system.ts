// one.system.*
import { needAdmin } from '../../access/permissions.ts';
import { API_VERSION } from '../../model/version.ts';
import { templateXml } from '../../wire/template-xml.ts';
import { method, type MethodTable } from '../method.ts';

export const systemMethods: MethodTable = {
  'one.system.version': method([], async () => Promise.resolve(API_VERSION)),
  'one.system.config': method([], async ({ user, datastoreLocation }) => {
    needAdmin(user, 'ADMIN system configuration');
    return Promise.resolve(templateXml([['DATASTORE_LOCATION', datastoreLocation]], 'OPENNEBULA_CONFIGURATION'));
  }),
};
