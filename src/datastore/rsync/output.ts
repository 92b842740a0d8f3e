// Reads what rsync, ssh and the programs at the other end print. Pure. Understands the texts of rsync 3.1 to 3.4 and OpenSSH 7 to 10 in
// English, which LC_ALL=C gives.

/** Why a command failed. `dropped`: the other end had too many callers at once, and nothing was begun. */
export type Trouble =
  | 'not-installed'
  | 'damaged'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'key-refused'
  | 'key-unreadable'
  | 'dropped'
  | 'unreachable'
  | 'no-space'
  | 'read-only'
  | 'unreadable'
  | 'denied'
  | 'missing'
  | 'stopped'
  | 'other';

// The first that matches wins: what ssh says about itself comes before what it may look like.
const TEXT_TROUBLE: ReadonlyArray<readonly [RegExp, Trouble]> = [
  [/host identification has changed/i, 'host-key-changed'],
  [/host key verification failed/i, 'host-key-unknown'],
  [/load key .*|identity file .* not accessible|unprotected private key/i, 'key-unreadable'],
  [/permission denied \(|too many authentication failures/i, 'key-refused'],
  [/kex_exchange_identification|ssh_exchange_identification/i, 'dropped'],
  [
    /could not resolve hostname|connection (refused|timed out|reset|closed)|no route to host|network is unreachable|timeout, server|broken pipe|connection unexpectedly closed|transport endpoint/i,
    'unreachable',
  ],
  [/command not found|not installed|could not be started|: not found/i, 'not-installed'],
  [/no space left on device|disk quota exceeded/i, 'no-space'],
  [/read-only file system/i, 'read-only'],
  [/read errors mapping|send_files failed to open|failed verification/i, 'unreadable'],
  [/permission denied|operation not permitted/i, 'denied'],
  [/no such file or directory/i, 'missing'],
  [/input\/output error|stale (nfs )?file handle|host is down/i, 'unreachable'],
];

/** Why a command ended with this exit code (-1 for a signal) and these last lines on stderr. */
export function troubleOf(code: number, stderr: string): Trouble {
  if (code < 0) return 'stopped';
  const found = TEXT_TROUBLE.filter(([pattern]) => pattern.test(stderr)).map(([, trouble]) => trouble);
  // rsync adds that its connection closed to whatever the real reason was
  return found.find((trouble) => trouble !== 'unreachable') ?? found[0] ?? (code === 255 ? 'unreachable' : 'other');
}

/** The lines of stderr that say what went wrong, without what rsync says about its own source. */
export function reasonIn(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) =>
        line !== '' &&
        !/^(@|rsync error: (unexplained|some files)|Warning: Permanently added|mux_client|ControlSocket)/.test(line),
    );
  return lines.slice(-2).join('; ').replace(/\.$/, '');
}

/** Files in stderr that rsync could not read. */
export function unreadableIn(stderr: string): string[] {
  const patterns = /(?:read errors mapping|send_files failed to open) "([^"]+)"/g;
  return [...new Set([...stderr.matchAll(patterns)].map(([, path = '']) => path))];
}

export interface Stats {
  processedBytes: number;
  storedBytes: number;
}

/** What `--stats` with `--no-human-readable` says; undefined when it is no such text. */
export function readStats(stdout: string): Stats | undefined {
  const processed = /^Total file size: (\d+) bytes$/m.exec(stdout)?.[1];
  const literal = /^Literal data: (\d+) bytes$/m.exec(stdout)?.[1];
  if (processed === undefined || literal === undefined) return undefined;
  return { processedBytes: Number(processed), storedBytes: Number(literal) };
}
