// How ssh reaches the machine that has a datastore. Pure. It never asks anything: a host whose key is not known is refused, and so is a
// password.

export interface SshTarget {
  host: string;
  user: string;
  port: number | undefined;
  /** Path of the private key; without it those that ssh finds. */
  key: string | undefined;
  /** Path of the file with the host's key; without it those that ssh knows. */
  knownHosts: string | undefined;
}

const OPTIONS = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  'ConnectTimeout=10',
  // a machine that vanishes is noticed within a minute
  'ServerAliveInterval=15',
  'ServerAliveCountMax=4',
  // a connection that is shared would outlive the one who began it
  'ControlMaster=no',
  'ControlPath=none',
  'ClearAllForwardings=yes',
  'ForwardAgent=no',
];

/** ssh without host and command, as rsync wants it too. No argument has a space in it. */
export function sshCommand({ port, key, knownHosts }: SshTarget): string[] {
  return [
    ...['ssh', '-x', '-T'],
    ...OPTIONS.flatMap((option) => ['-o', option]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(key === undefined ? [] : ['-i', key, '-o', 'IdentitiesOnly=yes']),
    ...(knownHosts === undefined ? [] : ['-o', `UserKnownHostsFile=${knownHosts}`]),
  ];
}

/** The arguments that run a text in the shell over there. */
export function sshArgv(target: SshTarget, text: string): string[] {
  return [...sshCommand(target), '-l', target.user, '--', target.host, text];
}

/** How rsync writes a path of that machine. */
export function rsyncTarget({ host, user }: SshTarget, path: string): string {
  return `${user}@${host.includes(':') ? `[${host}]` : host}:${path}`;
}
