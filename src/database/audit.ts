// `onevault audit`: who asked for which change, and whether the log of it was tampered with. It reads the database, beside a daemon or without one.
import { once } from 'node:events';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeConfig, readConfigFile } from '../config.ts';
import type { Anchor, AuditFilter } from '../model/audit.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { readAnchors } from '../store/audit-anchor.ts';
import { lookAtAudit } from '../store/audit-look.ts';
import { readStore } from '../store/open.ts';
import type { SqlStore } from '../store/sql-store.ts';
import { auditLines } from './audit-lines.ts';

/** So many records are in memory at a time. */
const PAGE = 500;

const HELP = `onevault audit list [--user ID] [--object NOUN:ID] [--method NAME] [--since TIME] [--until TIME] [--limit N] [--json]
onevault audit verify [--head SEQ:HASH] [--anchors FILE]

  list               who asked for which change, the newest first
  verify             whether no record was changed, removed or put in another order; names the first that is not right

  --user ID          only those of a user
  --object NOUN:ID   only what was on an object, or has made it, such as vm:3 or image:7
  --method NAME      only those of a method, such as one.vm.recover
  --since TIME       only those since then: 2026-11-01 or 2026-11-01T12:00:00Z
  --until TIME       only those before
  --limit N          so many at most (default 100)
  --json             a line of JSON for each
  --head SEQ:HASH    a record that was kept elsewhere, as the daemon's log tells it: it must still be there
  --anchors FILE     records that a daemon has noted beside its database (default AUDIT_ANCHORS): they must still be there
  --config FILE      configuration file of the daemon
  --state DIRECTORY  state directory of the daemon
`;
const OPTIONS = {
  user: { type: 'string' },
  object: { type: 'string' },
  method: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  limit: { type: 'string' },
  json: { type: 'boolean' },
  head: { type: 'string' },
  anchors: { type: 'string' },
  config: { type: 'string' },
  state: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Given {
  user?: string | undefined;
  object?: string | undefined;
  method?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  limit?: string | undefined;
}

/** Returns 0 when it went well, and when nothing is broken. */
export async function main(argv: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options: OPTIONS });
    const [what, ...rest] = positionals;
    if (values.help) return say(HELP, 0);
    if ((what !== 'list' && what !== 'verify') || rest.length > 0) return say(HELP, 1);
    const state = values.state === undefined ? {} : { state: resolve(values.state) };
    const config = makeConfig(await readConfigFile(values.config), state);
    const filter = filterOf(values);
    const store = await readStore(config);
    try {
      if (what === 'verify') return await verify(store, values.head, values.anchors ?? config.auditAnchors);
      await list(store, filter, values.json === true);
      return 0;
    } finally {
      await store.close();
    }
  } catch (error) {
    return say(`${reasonOf(error)}\n`, 1);
  }
}

function say(text: string, status: number): number {
  (status === 0 ? process.stdout : process.stderr).write(text);
  return status;
}

async function list(store: SqlStore, filter: AuditFilter, json: boolean): Promise<void> {
  let before: number | undefined;
  for (let left = filter.limit; left > 0; left -= PAGE) {
    const limit = Math.min(left, PAGE);
    const page = await store.audit.list({ ...filter, limit, ...(before !== undefined && { before }) });
    const text = json ? page.map((entry) => `${JSON.stringify(entry)}\n`).join('') : auditLines(page);
    // who reads slowly is waited for, or the whole log would be in memory
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    if (page.length < limit) return;
    before = page.at(-1)?.seq;
  }
}

async function verify(store: SqlStore, kept: string | undefined, file: string | undefined): Promise<number> {
  const { droppedSeq } = await store.audit.head();
  const noted = file === undefined ? [] : (await readAnchors(file, droppedSeq)).anchors;
  const given = kept === undefined ? [] : [readHead(kept)];
  const { head, broken } = await lookAtAudit(store.audit, [...noted, ...given]);
  if (broken !== undefined) return say(`The audit log is broken: ${broken}.\n`, 1);
  const old = given.find(({ seq }) => seq < head.droppedSeq);
  if (old) return say(`The audit log is whole, but record ${old.seq} was dropped because of its age.\n`, 1);
  const beside = noted.length === 0 ? '' : `; ${noted.length} of them as noted in ${file ?? ''}`;
  return say(
    `The audit log is whole: records ${head.droppedSeq + 1} to ${head.seq}; head ${head.seq}:${head.hash}${beside}\n`,
    0,
  );
}

function readHead(given: string): Anchor {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(given) ?? [];
  if (seq !== undefined && hash !== undefined) return { seq: Number(seq), hash };
  throw wrong('--head', given, 'the number of a record and its hash, such as 12:ab01... with 64 digits');
}

function filterOf({ user, object, method, since, until, limit = '100' }: Given): AuditFilter {
  if (object !== undefined && !/^[a-z]+:\d{1,9}$/.test(object)) {
    throw wrong('--object', object, 'a kind of object and its id, such as vm:3');
  }
  return {
    limit: numberOf('--limit', limit),
    ...(user !== undefined && { uid: numberOf('--user', user) }),
    ...(object !== undefined && { object }),
    ...(method !== undefined && { method }),
    ...(since !== undefined && { sinceMs: timeOf('--since', since) }),
    ...(until !== undefined && { untilMs: timeOf('--until', until) }),
  };
}

function timeOf(option: string, given: string): number {
  const atMs = Date.parse(given);
  if (Number.isNaN(atMs)) throw wrong(option, given, 'a time such as 2026-11-01 or 2026-11-01T12:00:00Z');
  return atMs;
}

function numberOf(option: string, given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw wrong(option, given, 'a number from 0 on');
}

function wrong(option: string, given: string, right: string): OneError {
  return new OneError(CODE.XML_RPC_API, `${option} ${given} is not right: it must be ${right}.`);
}
