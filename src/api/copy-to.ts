// The right to have backups copied: whoever names another datastore in COPY_TO must be allowed to use it, as for the backups themselves.
import { text, type Attributes } from '../model/attributes.ts';
import { COPY_TO, readCopyTo } from '../model/backup-policy.ts';
import { DATASTORE_TYPE } from '../model/datastore.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Call } from './method.ts';
import { authorized } from './noun.ts';
import { DATASTORE } from './nouns/stored.ts';

/** What was there before has been allowed. `own` is the datastore whose template it is. */
export async function authorizeCopyTo(call: Call, template: Attributes, before: Attributes, own = -1): Promise<void> {
  const id = readCopyTo(template);
  if (id === undefined || text(template, COPY_TO) === text(before, COPY_TO)) return;
  const { type, name } = await authorized(call, DATASTORE, id, 'USE');
  const wrong =
    id === own
      ? 'a copy is of no use in the datastore itself'
      : type === DATASTORE_TYPE.BACKUP_DS
        ? undefined
        : `datastore ${id} (${name}) is no backup datastore`;
  if (wrong !== undefined) throw new OneError(CODE.ACTION, `${COPY_TO}="${id}": ${wrong}.`, { objectId: id });
}
