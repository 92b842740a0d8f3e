// Makes a datastore usable: its directory is there and marked as one. A directory that holds backups already must have the mark: an empty
// one in its place, a disk that is not mounted for example, is no datastore.
import { runThere } from './command.ts';
import type { RsyncConfig } from './config.ts';
import { placeOf, RsyncError } from './failure.ts';
import { MARKER } from './layout.ts';

const MARK = 'This directory is a OneVault datastore of backups (DS_MAD=rsync).\n';

export async function prepareStore(config: RsyncConfig, inUse: boolean, signal: AbortSignal): Promise<void> {
  const { path, ownDirectory } = config;
  const make = ownDirectory && !inUse ? [['mkdir', '-p', '--', path]] : [];
  const look = ['find', `${path}/`, '-maxdepth', '1', '-name', MARKER];
  const found = await runThere(config, { what: 'open the backups', commands: [...make, look], signal }).catch(
    (error: unknown) => {
      throw error instanceof RsyncError && error.trouble === 'missing' ? missing(config, inUse) : error;
    },
  );
  if (found !== '') return;
  if (inUse) throw missing(config, inUse);
  const write = ['dd', `of=${path}/${MARKER}`, 'conv=fsync', 'status=none'];
  const commands = [write, ['sync', '--', path]];
  await runThere(config, { what: 'make the datastore', commands, input: MARK, signal });
}

function missing(config: RsyncConfig, inUse: boolean): RsyncError {
  if (inUse) {
    return new RsyncError(
      'missing',
      `Could not find the backups that ${placeOf(config)} holds: it is not there, or empty.`,
      {
        hint: 'Mount its file system or put it back there. For new backups without the old ones, create another datastore.',
        retry: true,
      },
    );
  }
  const where = config.ssh === null ? '' : ` on ${config.ssh.host}, as ${config.ssh.user}`;
  return new RsyncError(
    'missing',
    `Could not open the rsync datastore ${placeOf(config)}: there is no such directory.`,
    {
      hint: `Mount its file system, or make the directory${where}: mkdir -p ${config.path}`,
      retry: true,
    },
  );
}
