// Makes a datastore usable: its directory is there and marked as one. A directory that holds backups already must have the mark, or
// backups that OpenNebula put there: an empty one in its place, a disk that is not mounted for example, is no datastore.
import { runThere, type Site } from './command.ts';
import { placeOf, RsyncError } from './failure.ts';
import { findUsed, isUsed, MARKER } from './layout.ts';

const MARK = 'This directory is a OneVault datastore of backups (DS_MAD=rsync).\n';

export async function prepareStore(site: Site, inUse: boolean, signal: AbortSignal): Promise<void> {
  const { path, ownDirectory } = site;
  const make = ownDirectory && !inUse ? [['mkdir', '-p', '--', path]] : [];
  const look = inUse ? findUsed(path) : ['find', `${path}/`, '-maxdepth', '1', '-name', MARKER];
  const found = await runThere(site, { what: 'open the backups', commands: [...make, look], signal }).catch(
    (error: unknown) => {
      throw error instanceof RsyncError && error.trouble === 'missing' ? missing(site, inUse) : error;
    },
  );
  if (inUse ? isUsed(path, found) : found !== '') return;
  if (inUse) throw missing(site, inUse);
  const write = ['dd', `of=${path}/${MARKER}`, 'conv=fsync', 'status=none'];
  const commands = [write, ['sync', '--', path]];
  await runThere(site, { what: 'make the datastore', commands, input: MARK, signal });
}

function missing(site: Site, inUse: boolean): RsyncError {
  if (inUse) {
    return new RsyncError(
      'missing',
      `Could not find the backups that ${placeOf(site)} holds: it is not there, or empty.`,
      {
        hint: 'Mount its file system or put it back there. For new backups without the old ones, create another datastore.',
        retry: true,
      },
    );
  }
  const where = site.ssh === null ? '' : ` on ${site.ssh.host}, as ${site.ssh.user}`;
  return new RsyncError('missing', `Could not open the rsync datastore ${placeOf(site)}: there is no such directory.`, {
    hint: `Mount its file system, or make the directory${where}: mkdir -p ${site.path}`,
    retry: true,
  });
}
