// one.image.restoreplan and one.vm.restoreplan: what a restore would make, with the rights and refusals of the restore itself. OpenNebula
// has no such methods.
import { text } from '../../model/attributes.ts';
import { previewInPlace, previewRestore } from '../../restore/preview.ts';
import { restorePlanXml } from '../../wire/documents/restore-plan.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { method, type MethodTable } from '../method.ts';
import { authorized, requireCreate } from '../noun.ts';
import { DATASTORE, IMAGE } from '../nouns/stored.ts';
import { authorizedVm } from '../nouns/vm-right.ts';

export const restorePlanMethods: MethodTable = {
  'one.image.restoreplan': method(['int', 'int', ['string', '']], async (call, id, datastoreId, options) => {
    const backup = await authorized(call, IMAGE, id, 'USE');
    await authorized(call, DATASTORE, backup.datastoreId, 'USE');
    const destination = await authorized(call, DATASTORE, datastoreId, 'USE');
    requireCreate(call, 'IMAGE');
    const wanted = options.trim() === '' ? [] : parseTemplate(options);
    if (text(wanted, 'DISK_ID') === undefined) requireCreate(call, 'TEMPLATE');
    return restorePlanXml(await previewRestore(call.parts, call.user, backup, destination, wanted));
  }),
  'one.vm.restoreplan': method(
    ['int', 'int', ['int', -1], ['int', -1], ['boolean', false]],
    async (call, id, imageId, incrementId, diskId, force) => {
      await authorizedVm(call, id, 'restore');
      const image = await authorized(call, IMAGE, imageId, 'USE');
      await authorized(call, DATASTORE, image.datastoreId, 'USE');
      return restorePlanXml(await previewInPlace(call.parts, id, image, { incrementId, diskId, force }));
    },
  ),
};
