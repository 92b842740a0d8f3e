// `onevault audit`: who asked for which change, and whether the log of it was tampered with. It reads the database, beside a daemon or without one.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeConfig, readConfigFile } from '../config.ts';
import { AuditChain, type AuditHead, type AuditRecord } from '../model/audit.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { headOf, keptRecords } from '../store/audit.ts';
import { readStore } from '../store/open.ts';
import type { SqlStore } from '../store/sql-store.ts';
import type { AuditFilter } from '../store/store.ts';
import { auditLines } from './audit-lines.ts';

const HELP = `onevault audit list [--user ID] [--method NAME] [--since TIME] [--limit N] [--json]
onevault audit verify [--head SEQ:HASH]

  list               who asked for which change, the newest first
  verify             whether no record was changed, removed or put in another order; names the first that is not right

  --user ID          only those of a user
  --method NAME      only those of a method, such as one.vm.recover
  --since TIME       only those since then: 2026-11-01 or 2026-11-01T12:00:00Z
  --limit N          so many at most (default 100)
  --json             a line of JSON for each
  --head SEQ:HASH    a record that was kept elsewhere, as the daemon's log tells it: it must still be there
  --config FILE      configuration file of the daemon
  --state DIRECTORY  state directory of the daemon
`;
const OPTIONS = {
  user: { type: 'string' },
  method: { type: 'string' },
  since: { type: 'string' },
  limit: { type: 'string' },
  json: { type: 'boolean' },
  head: { type: 'string' },
  config: { type: 'string' },
  state: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Given {
  user?: string | undefined;
  method?: string | undefined;
  since?: string | undefined;
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
    const store = await readStore(makeConfig(await readConfigFile(values.config), state));
    try {
      if (what === 'verify') return await verify(store, values.head);
      return say(shown(await store.audit.list(filterOf(values)), values.json === true), 0);
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

function shown(records: readonly AuditRecord[], json: boolean): string {
  if (json) return records.map((record) => `${JSON.stringify(record)}\n`).join('');
  return auditLines(records);
}

async function verify(store: SqlStore, kept: string | undefined): Promise<number> {
  const [seq, hash] = kept === undefined ? [0, ''] : readHead(kept);
  let found = seq === 0;
  const { head, broken } = await store.snapshot(
    async (db): Promise<{ head: AuditHead; broken: string | undefined }> => {
      const head = await headOf(db);
      const chain = new AuditChain(head);
      found ||= seq === head.droppedSeq && hash === head.droppedHash;
      for await (const record of keptRecords(db)) {
        chain.add(record);
        found ||= record.seq === seq && record.hash === hash;
      }
      return { head, broken: chain.end() };
    },
  );
  if (broken !== undefined) return say(`The audit log is broken: ${broken}.\n`, 1);
  if (!found) return say(`The audit log is whole, but record ${seq} is not the one that was kept elsewhere.\n`, 1);
  return say(
    `The audit log is whole: records ${head.droppedSeq + 1} to ${head.seq}; head ${head.seq}:${head.hash}\n`,
    0,
  );
}

function readHead(given: string): [seq: number, hash: string] {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(given) ?? [];
  if (seq !== undefined && hash !== undefined) return [Number(seq), hash];
  throw wrong('--head', given, 'the number of a record and its hash, such as 12:ab01... with 64 digits');
}

function filterOf({ user, method, since, limit = '100' }: Given): AuditFilter {
  const sinceMs = since === undefined ? undefined : Date.parse(since);
  if (Number.isNaN(sinceMs)) throw wrong('--since', since, 'a time such as 2026-11-01 or 2026-11-01T12:00:00Z');
  return {
    limit: numberOf('--limit', limit),
    ...(user !== undefined && { uid: numberOf('--user', user) }),
    ...(method !== undefined && { method }),
    ...(sinceMs !== undefined && { sinceMs }),
  };
}

function numberOf(option: string, given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw wrong(option, given, 'a number from 0 on');
}

function wrong(option: string, given: string | undefined, right: string): OneError {
  return new OneError(CODE.XML_RPC_API, `${option} ${given ?? ''} is not right: it must be ${right}.`);
}
