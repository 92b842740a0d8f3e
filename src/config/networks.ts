// BACKUP_NETWORK vectors of the configuration: networks that the backups of several hosts go over, and what may go over each at the same
// time. Pure.
import { field, type Vector } from '../model/attributes.ts';
import {
  BACKUPS_RIGHT,
  BANDWIDTH_RIGHT,
  NETWORK_NAME,
  NETWORK_NAME_RIGHT,
  readBandwidth,
  readMaxBackups,
  type BackupNetwork,
} from '../model/load-limits.ts';
import { bad } from './value.ts';

export const NETWORK_VECTORS: Record<string, string[]> = { BACKUP_NETWORK: ['NAME', 'MAX_BACKUPS', 'BANDWIDTH'] };

export function readNetworks(vectors: readonly Vector[]): BackupNetwork[] {
  const networks = vectors.map(readNetwork);
  const twice = networks.find(({ name }, index) => networks.findIndex((one) => one.name === name) < index);
  if (twice) bad('BACKUP_NETWORK/NAME', twice.name, 'another network has this name');
  return networks;
}

function readNetwork(vector: Vector): BackupNetwork {
  const name = field(vector, 'NAME')?.trim() ?? '';
  if (!NETWORK_NAME.test(name)) bad('BACKUP_NETWORK/NAME', name, `it must be ${NETWORK_NAME_RIGHT}`);
  const most = field(vector, 'MAX_BACKUPS')?.trim() ?? '0';
  const maxBackups = readMaxBackups(most);
  if (maxBackups === undefined) bad('BACKUP_NETWORK/MAX_BACKUPS', most, `it must be ${BACKUPS_RIGHT}`);
  const given = field(vector, 'BANDWIDTH')?.trim();
  const bytesPerSec = given === undefined ? undefined : readBandwidth(given);
  if (given !== undefined && bytesPerSec === undefined) {
    bad('BACKUP_NETWORK/BANDWIDTH', given, `it must be ${BANDWIDTH_RIGHT}`);
  }
  return { name, maxBackups, bytesPerSec };
}
