// Reads what restic prints: JSON messages on stdout, reasons on stderr. Pure. Understands the texts of restic 0.14 and
// the exit codes that came with 0.17.
import { getSystemErrorName } from 'node:util';
import { z } from 'zod';

/** Why a restic command failed. `unreadable`: a source file could not be read; `gone`: no such snapshot or path. */
export type Trouble =
  | 'not-installed'
  | 'wrong-password'
  | 'missing'
  | 'locked'
  | 'no-space'
  | 'read-only'
  | 'unreadable'
  | 'unreachable'
  | 'gone'
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
  [/no space left on device|disk quota exceeded/i, 'no-space'],
  [/read-only file system/i, 'read-only'],
  [/already locked/i, 'locked'],
  [/wrong password/i, 'wrong-password'],
  [
    /not a directory|permission denied|input\/output error|stale (nfs )?file handle|transport endpoint|host is down/i,
    'unreachable',
  ],
  [/repository does not exist|unable to open config file.*no such file/i, 'missing'],
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

const SUMMARY = z.object({
  message_type: z.literal('summary'),
  snapshot_id: z.string().regex(/^[0-9a-f]{8,64}$/),
  total_bytes_processed: z.number(),
  data_added: z.number(),
  data_added_packed: z.number().optional(),
});

/** The summary when this line of `restic backup --json` is one. */
export function readSummary(line: string): Summary | undefined {
  const parsed = SUMMARY.safeParse(jsonOf(line));
  if (!parsed.success) return undefined;
  const { snapshot_id, total_bytes_processed, data_added, data_added_packed } = parsed.data;
  return {
    snapshotId: snapshot_id,
    processedBytes: total_bytes_processed,
    storedBytes: data_added_packed ?? data_added,
  };
}

const SNAPSHOTS = z
  .array(z.object({ id: z.string().regex(/^[0-9a-f]{64}$/), tags: z.array(z.string()).nullish() }))
  .nullable();

/** Full ids in the answer of `restic snapshots --json`, with a tag only those that carry it; undefined when it is no answer. */
export function readSnapshotIds(stdout: string, tag?: string): string[] | undefined {
  const parsed = SNAPSHOTS.safeParse(jsonOf(stdout));
  if (!parsed.success) return undefined;
  return (parsed.data ?? [])
    .filter(({ tags }) => tag === undefined || tags?.includes(tag))
    .map((snapshot) => snapshot.id);
}

// Before 0.17 the error is Go's own value, with the number of the system's error in it.
const FILE_ERROR = z.object({
  message_type: z.literal('error'),
  item: z.string(),
  error: z.object({ message: z.string().optional(), Err: z.unknown().optional() }),
});

/** Files that a backup could not read, with the reason where restic gave one. */
export function readFileErrors(stderr: string): string[] {
  return stderr.split('\n').flatMap((line) => {
    const parsed = FILE_ERROR.safeParse(jsonOf(line));
    if (!parsed.success) return [];
    const { item, error } = parsed.data;
    const why = error.message ?? (typeof error.Err === 'number' ? systemError(error.Err) : undefined);
    return [why === undefined ? item : `${item} (${why})`];
  });
}

function systemError(number: number): string {
  return number > 0 && number < 200 ? getSystemErrorName(-number) : `error ${number}`;
}

/** The lines of stderr that say what went wrong, without restic's advice about its own commands. */
export function reasonIn(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => messageOf(line).trim())
    .filter((line) => line !== '' && !/^(storage ID|the `unlock`|Is there a repository|\/)/.test(line));
  return lines
    .slice(-2)
    .join('; ')
    .replace(/^Fatal: /, '');
}

function messageOf(line: string): string {
  const message = z.object({ message: z.string() }).safeParse(jsonOf(line));
  return message.success ? message.data.message : line;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
