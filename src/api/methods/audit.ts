// one.system.audit and one.system.auditverify: who asked for which change, and whether that log is whole. For administrators; OpenNebula has
// no such methods.
import { CODE, OneError } from '../../model/errors.ts';
import { auditCheckXml, auditPoolXml } from '../../wire/documents/audit.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { readAuditFilter } from '../audit-filter.ts';
import { method, type MethodTable } from '../method.ts';
import { requireAdmin } from '../noun.ts';

const MOST = 1000;

export const auditMethods: MethodTable = {
  'one.system.audit': method(
    [
      ['string', ''],
      ['int', 0],
      ['int', 100],
    ],
    async (call, given, before, limit) => {
      requireAdmin(call, 'ADMIN audit log');
      const filter = readAuditFilter(given.trim() === '' ? [] : parseTemplate(given));
      if (before < 0)
        throw new OneError(CODE.ACTION, `before="${before}" is no number of a record, nor 0 for the newest.`);
      if (limit < 1 || limit > MOST) {
        throw new OneError(CODE.ACTION, `limit="${limit}" is no number of records from 1 to ${MOST}.`);
      }
      await call.audit.flush(); // how the latest calls ended may wait to be written
      return auditPoolXml(await call.parts.store.audit.list({ ...filter, limit, ...(before > 0 && { before }) }));
    },
  ),
  'one.system.auditverify': method([], async (call) => {
    requireAdmin(call, 'ADMIN audit log');
    return auditCheckXml(await call.audit.look());
  }),
};
