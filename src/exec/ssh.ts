// How ssh reaches another machine: one that has a datastore, or a host. Pure. It never asks anything: a host whose key is not known is refused, and so is a
// password.

export interface SshTarget {
  host: string;
  user: string;
  port: number | undefined;
  /** Path of the private key; without it those that ssh finds. */
  key: string | undefined;
  /** Path of the file with the host's key; without it those that ssh knows. */
  knownHosts: string | undefined;
  /** A machine that answers nothing for four times so many seconds is given up; 15 without it. */
  aliveSec?: number;
  /** The keys of the agent at SSH_AUTH_SOCK may be used from over there, for as long as the connection is open. */
  lendsKeys?: boolean;
}

const OPTIONS = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  'ConnectTimeout=10',
  'ServerAliveCountMax=4',
  // only what is asked for here may share a connection, and none outlives the one who began it
  'ControlPersist=no',
  'ClearAllForwardings=yes',
];
/** A machine that vanishes is noticed within a minute. */
const ALIVE_SEC = 15;

/**
 * ssh without host and command, as rsync wants it too. No argument has a space in it. `socket` is that of a connection to go through; when
 * nobody answers there, or it takes no more, ssh logs in by itself.
 */
export function sshCommand(target: SshTarget, socket?: string): string[] {
  return sshWith(target, ['ControlMaster=no', `ControlPath=${socket ?? 'none'}`]);
}

/** The arguments that run a text in the shell over there. */
export function sshArgv(target: SshTarget, text: string, socket?: string): string[] {
  return [...sshCommand(target, socket), ...whom(target), text];
}

/** The arguments that keep a connection for others open at `socket`, and do nothing else. */
export function masterArgv(target: SshTarget, socket: string): string[] {
  return [...sshWith(target, ['ControlMaster=yes', `ControlPath=${socket}`]), '-N', ...whom(target)];
}

/** How rsync and sshfs write a path of that machine. */
export function rsyncTarget({ host, user }: SshTarget, path: string): string {
  return `${user}@${host.includes(':') ? `[${host}]` : host}:${path}`;
}

function sshWith(target: SshTarget, sharing: readonly string[]): string[] {
  const { port, key, knownHosts, lendsKeys = false, aliveSec = ALIVE_SEC } = target;
  const own = [`ServerAliveInterval=${aliveSec}`, `ForwardAgent=${lendsKeys ? 'yes' : 'no'}`];
  return [
    ...['ssh', '-x', '-T'],
    ...[...OPTIONS, ...own, ...sharing].flatMap((option) => ['-o', option]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(key === undefined ? [] : ['-i', key, '-o', 'IdentitiesOnly=yes']),
    ...(knownHosts === undefined ? [] : ['-o', `UserKnownHostsFile=${knownHosts}`]),
  ];
}

function whom({ user, host }: SshTarget): string[] {
  return ['-l', user, '--', host];
}
