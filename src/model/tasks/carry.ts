// The directory of a VM on its way to another host, as the mover is told of it and answers.
import type { SshHost } from '../ssh-host.ts';

/** Brings the directory of a VM that is off from a host to another; it runs on one of the two. */
export interface CarryTask {
  kind: 'carry';
  operationId: string;
  directory: string;
  /** Whether it goes to the other host, or comes from there. */
  way: 'push' | 'pull';
  other: SshHost;
  /** Private key; without it those of the agent that is lent for this run. */
  keyFile: string | undefined;
}

export interface CarryResult {
  carriedBytes: number;
  /** Both hosts have the same directory, so nothing was to be brought. */
  shared: boolean;
}
