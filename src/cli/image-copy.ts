// `oneimage copy`: keeps a second copy of a backup in another backup datastore. The points go there in the background.
import { argument, type Family } from './family.ts';
import { Failure } from './failure.ts';
import { idOf, NOUN } from './lookup.ts';

export function addCopy(family: Family): void {
  const options = [['-d, --datastore <datastore>', 'backup datastore that gets the copy']] as const;
  const description = 'Copy a backup to another backup datastore; only points that it lacks are moved';
  family.add<{ datastore?: string }>(
    { usage: 'copy <image>', description, options },
    async ({ client }, args, given) => {
      if (given.datastore === undefined) throw new Failure('Name the backup datastore that gets the copy with -d.');
      const image = await idOf(client, NOUN.image, argument(args, 0));
      await client.call('image.copy', image, await idOf(client, NOUN.datastore, given.datastore));
    },
  );
}
