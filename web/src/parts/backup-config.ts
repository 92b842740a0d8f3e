// What a BACKUP_CONFIG says, as the fields of a form have it: what is left out is as usual. Pure.
import type { Attributes } from '../api/documents.ts';
import { textOf } from '../api/template-text.ts';

export interface BackupConfigValues {
  MODE: string;
  INCREMENT_MODE: string;
  FS_FREEZE: string;
  KEEP_LAST: number;
  BACKUP_VOLATILE: boolean;
}

/** `config` is a vector of a template, or that of a VM. */
export function backupConfigValues(config: object): BackupConfigValues {
  const said = (name: string): string | undefined => textOf(config as Attributes, name);
  return {
    MODE: said('MODE') ?? 'FULL',
    INCREMENT_MODE: said('INCREMENT_MODE') ?? 'CBT',
    FS_FREEZE: said('FS_FREEZE') ?? 'NONE',
    KEEP_LAST: Number(said('KEEP_LAST') ?? 0),
    BACKUP_VOLATILE: said('BACKUP_VOLATILE') === 'YES',
  };
}
