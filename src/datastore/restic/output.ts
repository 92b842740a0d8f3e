// Reads what restic prints: JSON messages on stdout, reasons on stderr. Pure. Understands the texts of restic 0.14 and
// the exit codes that came with 0.17.
import { getSystemErrorName } from 'node:util';
import { anything, exactly, list, matching, maybe, number, object, readJson, text } from '../../model/json-shape.ts';

/**
 * Why a restic command failed. `unreadable`: a source file could not be read; `gone`: no such snapshot or path; `refused`: a server does not
 * take what is shown as proof of who comes.
 */
export type Trouble =
  | 'not-installed'
  | 'wrong-password'
  | 'missing'
  | 'locked'
  | 'no-space'
  | 'read-only'
  | 'unreadable'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'certificate'
  | 'refused'
  | 'unreachable'
  | 'damaged'
  | 'gone'
  | 'append-only'
  | 'stopped'
  | 'other';

const EXIT_TROUBLE: Record<number, Trouble> = {
  10: 'missing',
  11: 'locked',
  12: 'wrong-password',
  127: 'not-installed',
  130: 'stopped',
};

// The first that matches wins: a lock that could not be written for lack of space is no lock problem.
const TEXT_TROUBLE: ReadonlyArray<readonly [RegExp, Trouble]> = [
  [/blob not removed, server response: 403/, 'append-only'],
  [/pack [0-9a-f]+ is (missing|shorter than it was)/, 'damaged'],
  [/no space left on device|disk quota exceeded/i, 'no-space'],
  [/read-only file system/i, 'read-only'],
  [/already locked/i, 'locked'],
  [/wrong password/i, 'wrong-password'],
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/, 'host-key-changed'],
  [/host key verification failed/i, 'host-key-unknown'],
  [/x509: |certificate/i, 'certificate'],
  [
    /permission denied \([a-z,-]*(publickey|password)|unexpected HTTP response \(40[13]\)|response unexpected: 40[13]/i,
    'refused',
  ],
  [/access ?denied|InvalidAccessKeyId|access key id you provided|signature we calculated/i, 'refused'],
  [
    /not a directory|permission denied|input\/output error|stale (nfs )?file handle|transport endpoint|host is down/i,
    'unreachable',
  ],
  [
    /repository does not exist|unable to open config file.*(no such file|does not exist)|specified bucket does not exist/i,
    'missing',
  ],
  [
    /connection (refused|reset|lost|closed|timed out)|i\/o timeout|no such host|could not resolve|no route to host|network is unreachable|broken pipe|: (unexpected )?EOF|ssh command exited|SSH_FX_|start the sftp session|(unexpected HTTP response|response unexpected).*5\d\d|HTTP response to HTTPS/i,
    'unreachable',
  ],
  [/no matching id found|no snapshot found|not found in snapshot/i, 'gone'],
  [/failed to execute restic|restic.*not installed/i, 'not-installed'],
];

/** Why restic ended with this exit code (-1 for a signal) and these last lines on stderr. */
export function troubleOf(code: number, stderr: string): Trouble {
  if (code < 0) return 'stopped';
  if (code === 3 && /could not be read/i.test(stderr)) return 'unreadable';
  const byCode = EXIT_TROUBLE[code];
  if (byCode !== undefined) return byCode;
  return TEXT_TROUBLE.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'other';
}

export interface Summary {
  snapshotId: string;
  processedBytes: number;
  storedBytes: number;
}

const SUMMARY = object({
  message_type: exactly('summary'),
  snapshot_id: matching(/^[0-9a-f]{8,64}$/),
  total_bytes_processed: number,
  data_added: number,
  data_added_packed: maybe(number),
});

/** The summary when this line of `restic backup --json` is one. */
export function readSummary(line: string): Summary | undefined {
  const said = readJson(SUMMARY, line);
  if (said === undefined) return undefined;
  return {
    snapshotId: said.snapshot_id,
    processedBytes: said.total_bytes_processed,
    storedBytes: said.data_added_packed ?? said.data_added,
  };
}

const SNAPSHOTS = list(object({ id: matching(/^[0-9a-f]{64}$/), tags: maybe(list(text)) }));

/** Full ids in the answer of `restic snapshots --json`, with a tag only those that carry it; undefined when it is no answer. */
export function readSnapshotIds(stdout: string, tag?: string): string[] | undefined {
  if (stdout.trim() === 'null') return []; // Go's empty list
  return readJson(SNAPSHOTS, stdout)
    ?.filter(({ tags }) => tag === undefined || tags?.includes(tag))
    .map((snapshot) => snapshot.id);
}

const LISTED = list(object({ id: matching(/^[0-9a-f]{64}$/), time: text, paths: list(text), tags: maybe(list(text)) }));

export interface ListedId {
  id: string;
  vmId: number;
  operationId: string;
  /** Epoch seconds. */
  storedAt: number;
  directory: string;
}

/** The snapshots of OneVaults in the answer of `restic snapshots --json`, oldest first; undefined when it is no answer. */
export function readSnapshots(stdout: string): ListedId[] | undefined {
  if (stdout.trim() === 'null') return [];
  const found = readJson(LISTED, stdout)?.flatMap(({ id, time, paths, tags }) => {
    const vm = tags?.map((tag) => /^one-(\d{1,10})$/.exec(tag)?.[1]).find((digits) => digits !== undefined);
    const operationId = tags?.find((tag) => !tag.startsWith('one-'));
    const [directory, other] = paths;
    if (vm === undefined || operationId === undefined || directory === undefined || other !== undefined) return [];
    return [{ id, vmId: Number(vm), operationId, storedAt: Math.floor(Date.parse(time) / 1000), directory }];
  });
  return found?.sort((a, b) => a.storedAt - b.storedAt);
}

const FILE = object({ struct_type: exactly('node'), type: exactly('file'), path: text, size: number });

/** The files in the answer of `restic ls --json`; what else is in it is left out. */
export function readFiles(stdout: string): Array<{ path: string; bytes: number }> {
  return stdout.split('\n').flatMap((line) => {
    const file = readJson(FILE, line);
    return file === undefined ? [] : [{ path: file.path, bytes: file.size }];
  });
}

// Before 0.17 the error is Go's own value, with the number of the system's error in it.
const FILE_ERROR = object({
  message_type: exactly('error'),
  item: text,
  error: object({ message: maybe(text), Err: anything }),
});

/** Files that a backup could not read, with the reason where restic gave one. */
export function readFileErrors(stderr: string): string[] {
  return stderr.split('\n').flatMap((line) => {
    const said = readJson(FILE_ERROR, line);
    if (said === undefined) return [];
    const { item, error } = said;
    const why = error.message ?? (typeof error.Err === 'number' ? systemError(error.Err) : undefined);
    return [why === undefined ? item : `${item} (${why})`];
  });
}

function systemError(number: number): string {
  return number > 0 && number < 200 ? getSystemErrorName(-number) : `error ${number}`;
}

/** Whether restic has lost its connection for good: over SFTP it makes no other, but tries again and again. */
export function isConnectionLost(stderr: string): boolean {
  return /ssh command exited|connection lost|subprocess ssh: (Connection|client_loop|Timeout)/i.test(stderr);
}

/**
 * Why one file cannot be had out of the repository, though restic tries on: for a minute for each pack that is short or gone, and then it
 * leaves that part out and goes on with the next. Over a network a short answer may be the network's fault.
 */
export function lastingDamage(stderr: string, where: 'local' | 'remote'): string | undefined {
  const [, pack = '', why = ''] = /Load\(<data\/([0-9a-f]+)>.* retrying after [^:]+: (.*)/.exec(stderr) ?? [];
  if (where === 'local' && /\bEOF\b|no such file/.test(why)) {
    return `pack ${pack} is ${why.includes('EOF') ? 'shorter than it was' : 'missing'}`;
  }
  return /^ignoring error for [^\n]*?: ([^\n]+)\n/m.exec(stderr)?.[1];
}

/** Whether restic could not begin over SFTP; why, ssh has said, and restic may have ended before it repeated that. */
export function isSessionRefused(stderr: string): boolean {
  return stderr.includes('start the sftp session') && !stderr.includes('subprocess ssh: ');
}

/** An SFTP server answers so when its disk is full, and in other cases. */
export function isUnexplained(stderr: string): boolean {
  return stderr.includes('SSH_FX_FAILURE');
}

/** What `restic check` found wrong: the lines that name something, without its advice. */
export function readProblems(stderr: string): string[] {
  return stderr
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) =>
        line !== '' &&
        !/^(Fatal: repository contains errors|Load\(|.*returned error, retrying|The repository)/.test(line),
    )
    .slice(0, 20);
}

/** The lines of stderr that say what went wrong, without restic's advice about its own commands. */
export function reasonIn(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => messageOf(line).trim())
    .filter(
      (line) => line !== '' && !/^(storage ID|the `unlock`|Is there a repository|\/|(sftp|s3|rest):\S+$)/.test(line),
    );
  return lines
    .slice(-2)
    .join('; ')
    .replace(/^Fatal: /, '');
}

const MESSAGE = object({ message: text });

function messageOf(line: string): string {
  return readJson(MESSAGE, line)?.message ?? line;
}

/** What sftp's df says, in KiB: size, used, available. Undefined when it is no such answer. */
export function readSftpSpace(stdout: string): { totalMb: number; freeMb: number; usedMb: number } | undefined {
  const [, size, used, available] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+\d+\s+\d+%\s*$/m.exec(stdout) ?? [];
  if (size === undefined || used === undefined || available === undefined) return undefined;
  const mb = (kib: string): number => Math.floor(Number(kib) / 1024);
  return { totalMb: mb(size), usedMb: mb(used), freeMb: mb(available) };
}
