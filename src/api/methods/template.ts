// one.template.* and one.templatepool.*
import { ownedBy } from '../../access/umask.ts';
import { field, merge, text, vectors, withText, type Attributes } from '../../model/attributes.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { checkName } from '../../model/names.ts';
import { ONEADMIN_GROUP } from '../../model/user.ts';
import type { VmTemplate } from '../../model/vm-template.ts';
import { NOUNS } from '../../store/nouns.ts';
import { nowSec } from '../../vm/parts.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { vmTemplateXml } from '../../wire/documents/vm-template.ts';
import type { Value } from '../../wire/xmlrpc.ts';
import { method, type Call, type MethodTable, type Result } from '../method.ts';
import { authorized, IGNORES_LOCK, requireCreate } from '../noun.ts';
import { IMAGE, TEMPLATE } from '../nouns/stored.ts';
import { chmod, infoMethod, ownedMethods, renameMethod, updateMethod } from '../owned.ts';
import { poolDocument, poolFilter } from '../pool.ts';
import { forgetRules } from '../rules.ts';
import { imageMethods } from './image.ts';
import { createVm } from './vm.ts';

const bit = ['int', 'int', 'int', 'int', 'int', 'int', 'int', 'int', 'int'] as const;

export const templateMethods: MethodTable = {
  ...infoMethod(TEMPLATE),
  ...renameMethod(TEMPLATE),
  ...updateMethod(TEMPLATE),
  ...ownedMethods(TEMPLATE, NOUNS.templates, { lockable: true }),
  'one.template.allocate': method(['string'], async (call, given) => {
    const template = parseTemplate(given);
    const name = text(template, 'NAME');
    if (name === undefined) {
      throw new OneError(CODE.ALLOCATE, 'Error allocating a new virtual machine template. NAME is missing.');
    }
    return (await create(call, name, withText(template, 'NAME'))).id;
  }),
  'one.template.info': method(['int', ['boolean', false], ['boolean', false]], async (call, id, extended) => {
    const template = await authorized(call, TEMPLATE, id, 'USE', IGNORES_LOCK);
    return vmTemplateXml(extended ? await withImages(call, template) : template);
  }),
  'one.template.instantiate': method(
    ['int', ['string', ''], ['boolean', false], ['string', ''], ['boolean', false]],
    async (call, id, name, hold, extra, persistent) => {
      if (persistent)
        throw new OneError(CODE.ACTION, 'Persistent copies of templates are not available; leave it out.');
      const template = await authorized(call, TEMPLATE, id, 'USE');
      let wanted = merge(template.template, extra.trim() === '' ? [] : parseTemplate(extra));
      wanted = withText(wanted, 'TEMPLATE_ID', String(id));
      if (name !== '') wanted = withText(wanted, 'NAME', name);
      // what an administrator has put into a template of hers, those who may use it get
      const granted = template.uid === 0 || template.gid === ONEADMIN_GROUP ? template.template : [];
      return (await createVm(call, wanted, hold, { nameBefore: template.name, granted })).id;
    },
  ),
  'one.template.clone': method(['int', 'string', ['boolean', false]], async (call, id, name, recursive) => {
    const template = await authorized(call, TEMPLATE, id, 'USE');
    const copy = recursive ? await withClonedImages(call, template.template, name) : template.template;
    return (await create(call, name, copy)).id;
  }),
  'one.template.delete': method(['int', ['boolean', false]], async (call, id, recursive) => {
    const template = await authorized(call, TEMPLATE, id, 'MANAGE');
    if (recursive) for (const imageId of imageIds(template.template)) await ofImage(call, 'delete', [imageId]);
    await call.parts.store.transaction(async (tx) => {
      await tx.templates.remove(id);
      await forgetRules(tx, 'TEMPLATE', id);
    });
    return id;
  }),
  'one.template.chmod': method(['int', ...bit, ['boolean', false]], async (call, id, ...rest) => {
    const recursive = rest.at(-1) === true;
    const bits = rest.filter((value) => typeof value === 'number');
    await chmod(call, TEMPLATE, id, bits);
    if (recursive) {
      const { template } = await call.parts.store.templates.get(id);
      for (const imageId of imageIds(template)) await chmod(call, IMAGE, imageId, bits);
    }
    return id;
  }),
  'one.templatepool.info': method(['int', 'int', 'int'], (call, flag, start, end) =>
    poolDocument(call, TEMPLATE, 'VMTEMPLATE_POOL', poolFilter(call.user, flag, start, end)),
  ),
};

async function create(call: Call, name: string, template: Attributes): Promise<VmTemplate> {
  requireCreate(call, 'TEMPLATE');
  const { parts, user } = call;
  return parts.store.templates.allocate((id) => ({
    id,
    ...ownedBy(user),
    name: checkName(name),
    regtime: nowSec(parts.clock),
    template,
  }));
}

function imageIds(template: Attributes): number[] {
  const ids = vectors(template, 'DISK').map((disk) => field(disk, 'IMAGE_ID') ?? '');
  return [...new Set(ids.filter((id) => /^\d{1,9}$/.test(id)).map(Number))];
}

/** The template with what its images add to their DISKs. */
async function withImages(call: Call, template: VmTemplate): Promise<VmTemplate> {
  const ids = imageIds(template.template);
  const images = new Map((await call.parts.store.images.list({ ids })).map((image) => [String(image.id), image]));
  const extended = template.template.map(([name, value]): Attributes[number] => {
    const image = name === 'DISK' && typeof value !== 'string' ? images.get(field(value, 'IMAGE_ID') ?? '') : undefined;
    if (!image || typeof value === 'string') return [name, value];
    const added: Array<[string, string]> = [
      ['IMAGE', image.name],
      ['IMAGE_UNAME', image.uname],
      ['DATASTORE', image.datastore],
      ['DATASTORE_ID', String(image.datastoreId)],
      ['SIZE', String(image.sizeMb)],
      ['FORMAT', image.format],
    ];
    return [name, [...value, ...added.filter(([key]) => field(value, key) === undefined)]];
  });
  return { ...template, template: extended };
}

/** Carries out a method of an image where the image is. */
async function ofImage(call: Call, word: 'clone' | 'delete', params: Value[]): Promise<Result> {
  const name = `one.image.${word}`;
  const method = imageMethods[name];
  if (!method) throw new OneError(CODE.INTERNAL, `There is no method ${name}.`);
  return call.forwarding.carryOut(name, method, call, params);
}

async function withClonedImages(call: Call, template: Attributes, name: string): Promise<Attributes> {
  const copies = new Map<string, string>();
  for (const id of imageIds(template)) {
    const made = (await ofImage(call, 'clone', [id, `${name}-disk-${copies.size}`, -1])) as number;
    copies.set(String(id), String(made));
  }
  return template.map(([attribute, value]): Attributes[number] =>
    attribute !== 'DISK' || typeof value === 'string'
      ? [attribute, value]
      : [attribute, value.map(([key, at]) => [key, key === 'IMAGE_ID' ? (copies.get(at) ?? at) : at])],
  );
}
