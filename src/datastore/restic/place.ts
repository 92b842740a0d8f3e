// What restic must know to get to a repository, whatever its backend. Pure. Secrets go into the environment, or into files that nobody else
// can read.
import type { SshTarget } from '../../exec/ssh.ts';
import type { FileText } from './attributes.ts';

export const BACKENDS = ['LOCAL', 'SFTP', 'S3', 'REST'] as const;
export type Backend = (typeof BACKENDS)[number];

export interface Transport {
  backend: Backend;
  /** The repository as restic writes it, without any secret. */
  repository: string;
  /** The directory of this machine that it is; undefined when it is elsewhere. */
  local: string | undefined;
  /** The directory on the machine that has it. */
  path: string;
  /** The machine that it is on, as users know it. */
  host: string;
  ssh: SftpTarget | undefined;
  /** Options of every command, beside those for ssh. */
  options: string[];
  /** Certificates of authorities that are trusted beside the system's. */
  cacert: FileText | undefined;
  env: Record<string, string>;
  /** What must not be seen anywhere: it is struck out of what programs say. */
  secrets: string[];
}

export interface SftpTarget extends Omit<SshTarget, 'key' | 'knownHosts'> {
  key: FileText | undefined;
  knownHosts: FileText | undefined;
}

/** What most backends do not need. */
export const NOTHING = {
  local: undefined,
  path: '',
  ssh: undefined,
  cacert: undefined,
  options: [] as string[],
  env: {} as Record<string, string>,
  secrets: [] as string[],
};
