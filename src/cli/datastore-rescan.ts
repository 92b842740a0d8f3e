// `onedatastore rescan`: has a backup datastore looked through for backups that no record is left of, and says what was found and what
// was not believed.
import { argument, type Family } from './family.ts';
import { Failure } from './failure.ts';
import { endText, followToEnd } from './follow.ts';
import { idOf, NOUN } from './lookup.ts';

export function addRescan(family: Family): void {
  const options = [['--detach', 'return at once, do not wait for what is found']] as const;
  const description = 'Record backups again that are in the repository and not in the database';
  family.add<{ detach?: boolean }>(
    { usage: 'rescan <datastore>', description, options },
    async (session, args, { detach }) => {
      const id = await idOf(session.client, NOUN.datastore, argument(args, 0));
      await session.client.call('datastore.rescan', id);
      if (detach) return;
      const title = `DATASTORE ${id}: rescan`;
      const ended = await followToEnd(session, `/api/progress/rescan/${id}`, title, 'onevault status');
      if (ended === undefined) return;
      if (ended.result !== 'done') throw new Failure(endText(ended, title));
      session.io.write([...(ended.told ?? []), `${title}: ${ended.reason}`].map((line) => `${line}\n`).join(''));
    },
  );
}
