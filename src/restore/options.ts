// The options of a restore as clients send them. Pure. Options that are not known are left alone, as OpenNebula does; a known
// one with a value that makes no sense is an error that names it.
import { text, type Attributes } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { RestoreRequest } from './plan.ts';

export type RestoreOptions = Pick<
  RestoreRequest,
  'noIp' | 'noNic' | 'noBackupConfig' | 'name' | 'incrementId' | 'diskId'
>;

export function readOptions(options: Attributes): RestoreOptions {
  return {
    noIp: yes(options, 'NO_IP'),
    noNic: yes(options, 'NO_NIC'),
    noBackupConfig: yes(options, 'NO_BACKUP_CONFIG'),
    name: text(options, 'NAME'),
    incrementId: id(options, 'INCREMENT_ID'),
    diskId: id(options, 'DISK_ID'),
  };
}

function yes(options: Attributes, name: string): boolean {
  const value = text(options, name);
  if (value === undefined || value.toUpperCase() === 'NO') return false;
  if (value.toUpperCase() === 'YES') return true;
  throw new OneError(CODE.INTERNAL, `The restore option ${name}="${value}" is not right; it must be YES or NO.`);
}

/** A number from 0; -1 counts as not given. */
function id(options: Attributes, name: string): number | undefined {
  const value = text(options, name);
  if (value === undefined || value === '-1') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new OneError(CODE.INTERNAL, `The restore option ${name}="${value}" is not right; it must be a number from 0.`);
}
