// `onevault backup-self`: has the server copy its own database into a backup datastore, and says what came of it.
import { Failure } from './failure.ts';
import { Family } from './family.ts';
import { endText, followToEnd } from './follow.ts';
import { processIo, type Io } from './io.ts';
import { idOf, NOUN } from './lookup.ts';

const NAME = 'backup-self';

/** Runs with the arguments after `backup-self`; the exit status. */
export function main(argv: readonly string[]): Promise<number> {
  return vaultBackupSelf(processIo()).main([NAME, ...argv]);
}

export function vaultBackupSelf(io: Io): Family {
  const family = new Family('onevault', 'Copies of the database', io);
  const options = [
    ['-d, --datastore <datastore>', 'the backup datastore that takes the copy'],
    ['--detach', 'return at once, do not wait for the copy'],
  ] as const;
  const description = 'Copy the database of OneVault into a backup datastore, for onevault recover-self';
  family.add<{ datastore?: string; detach?: boolean }>(
    { usage: NAME, description, options },
    async (session, _args, { datastore, detach }) => {
      if (datastore === undefined) throw new Failure('Say where the copy goes: -d <datastore>.');
      const id = await idOf(session.client, NOUN.datastore, datastore);
      await session.client.call('system.backupself', id);
      if (detach) return;
      const title = `DATASTORE ${id}: backup-self`;
      const ended = await followToEnd(session, `/api/progress/self/${id}`, title, 'onevault status');
      if (ended === undefined) return;
      if (ended.result !== 'done') throw new Failure(endText(ended, title));
      session.io.write(`${title}: ${ended.reason}\n`);
    },
  );
  return family;
}
