// one.template.* and one.templatepool.*
import { need } from '../../access/permissions.ts';
import { merge, text, withText } from '../../model/attributes.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { checkName } from '../../model/names.ts';
import { permissionsFromOctet } from '../../model/permissions.ts';
import { nowSec } from '../../vm/parts.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { vmTemplatePoolXml, vmTemplateXml } from '../../wire/documents/vm-template.ts';
import { method, type MethodTable } from '../method.ts';
import { visible } from '../pool.ts';
import { createVm } from './vm.ts';

export const templateMethods: MethodTable = {
  'one.template.allocate': method(['string'], async ({ parts, user }, given) => {
    const template = parseTemplate(given);
    const name = text(template, 'NAME');
    if (name === undefined) {
      throw new OneError(CODE.ALLOCATE, 'Error allocating a new virtual machine template. NAME is missing.');
    }
    const created = await parts.store.templates.allocate((id) => ({
      id,
      uid: user.id,
      gid: user.gid,
      uname: user.name,
      gname: user.gname,
      name: checkName(name),
      permissions: permissionsFromOctet(0o600),
      regtime: nowSec(parts.clock),
      template: withText(template, 'NAME'),
    }));
    return created.id;
  }),
  'one.template.info': method(['int', ['boolean', false], ['boolean', false]], async ({ parts, user }, id) => {
    const template = await parts.store.templates.get(id);
    need(user, template, 'USE', 'TEMPLATE');
    return vmTemplateXml(template);
  }),
  'one.template.instantiate': method(
    ['int', ['string', ''], ['boolean', false], ['string', ''], ['boolean', false]],
    async (call, id, name, hold, extra, persistent) => {
      if (persistent)
        throw new OneError(CODE.ACTION, 'Persistent copies of templates are not available; leave it out.');
      const template = await call.parts.store.templates.get(id);
      need(call.user, template, 'USE', 'TEMPLATE');
      let wanted = merge(template.template, extra.trim() === '' ? [] : parseTemplate(extra));
      wanted = withText(wanted, 'TEMPLATE_ID', String(id));
      if (name !== '') wanted = withText(wanted, 'NAME', name);
      const vm = await createVm(call, wanted, hold, template.name);
      return vm.id;
    },
  ),
  'one.template.delete': method(['int', ['boolean', false]], async ({ parts, user }, id) => {
    need(user, await parts.store.templates.get(id), 'MANAGE', 'TEMPLATE');
    await parts.store.templates.remove(id);
    return id;
  }),
  'one.templatepool.info': method(['int', 'int', 'int'], async ({ parts, user }, flag, start, end) =>
    vmTemplatePoolXml(await visible(parts.store.templates, user, flag, start, end)),
  ),
};
