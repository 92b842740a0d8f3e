import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NOT_ENDED, type AuditEvent } from '../model/audit.ts';
import { writeAnchor } from '../store/audit-anchor.ts';
import { openSqlite } from '../store/sqlite.ts';
import { auditLines } from './audit-lines.ts';
import { main } from './audit.ts';

const EVENT: AuditEvent = {
  ...{ at: 0, uid: 2, user: 'ann', method: 'one.image.delete', on: { id: 7 }, attributes: ['A'], code: 0, result: 7 },
  ...{ from: '10.0.0.9', by: 'password', node: 'n1' },
};
let state: string;
let said: string;

beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), 'onevault-audit-'));
  const write = (text: string | Uint8Array): boolean => Boolean((said += String(text)));
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  const store = await openSqlite(join(state, 'one.db'));
  for (const uid of [2, 3, 4]) await store.audit.append({ ...EVENT, uid });
  await store.close();
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(state, { recursive: true });
});

const run = (...argv: string[]): Promise<number> => main([...argv, '--state', state]);

it('lists, by what is asked for', async () => {
  expect(await run('list', '--user', '3', '--since', '1970-01-01')).toBe(0);
  expect(said).toBe(
    '2 1970-01-01T00:00:00.000Z ann [3] one.image.delete id=7 attributes=["A"] -> done (7) by password from 10.0.0.9 at n1\n',
  );
});

it('lists by object, with how it ended, and says of what has not ended that it has not', async () => {
  const store = await openSqlite(join(state, 'one.db'));
  const begun = { ...EVENT, code: NOT_ENDED, result: -1, object: 'image:7' };
  const { seq } = await store.audit.append(begun);
  await store.audit.append({ ...begun, code: 512, ends: seq });
  await store.audit.append({ ...begun, user: 'a -> b' });
  await store.close();
  expect(await run('list', '--object', 'image:7', '--until', '1970-01-02')).toBe(0);
  expect(said.split('\n')).toEqual([
    expect.stringMatching(/^6 .* "a -> b" \[2\] one\.image\.delete .* -> has not ended by/),
    expect.stringMatching(/^4 .* ann \[2\] .* -> error 512 by/),
    '',
  ]);
  said = '';
  expect(await run('list', '--object', 'my house')).toBe(1);
  expect(said).toBe('--object my house is not right: it must be a kind of object and its id, such as vm:3.\n');
});

it('lists a log that is longer than what is in memory at a time', async () => {
  const store = await openSqlite(join(state, 'one.db'));
  await store.audit.appendAll(Array.from({ length: 1100 }, () => EVENT));
  await store.close();
  expect(await run('list', '--limit', '1050', '--json')).toBe(0);
  const lines = said.trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(
    Array.from({ length: 1050 }, (_, at) => 1103 - at),
  );
});

it('says what is wrong with an option', async () => {
  expect(await run('list', '--since', 'yesterday')).toBe(1);
  expect(said).toBe('--since yesterday is not right: it must be a time such as 2026-11-01 or 2026-11-01T12:00:00Z.\n');
});

it('says that the log is whole, and its head, which can be held against it later', async () => {
  expect(await run('verify')).toBe(0);
  const [, head = ''] = /^The audit log is whole: records 1 to 3; head (3:[0-9a-f]{64})\n$/.exec(said) ?? [];
  expect(await run('verify', '--head', head)).toBe(0);
  said = '';
  expect(await run('verify', '--head', head.replace(/^3/, '2'))).toBe(1);
  expect(said).toContain('record 2 is not the one that was kept elsewhere');
});

it('says the first record that was tampered with', async () => {
  const database = new DatabaseSync(join(state, 'one.db'));
  database.exec(`UPDATE audit SET event = replace(event, 'ann', 'bob') WHERE seq = 2`);
  database.close();
  expect(await run('verify')).toBe(1);
  expect(said).toBe('The audit log is broken: record 2 was changed.\n');
});

it('finds the end of the log cut off, and all of it made anew, by what was noted beside the database', async () => {
  const anchors = join(state, 'audit.anchors');
  const store = await openSqlite(join(state, 'one.db'));
  await writeAnchor(anchors, await store.audit.head(), 0);
  await store.close();
  expect(await run('verify')).toBe(0);
  expect(said).toContain(`1 of them as noted in ${anchors}`);
  const database = new DatabaseSync(join(state, 'one.db'));
  database.exec(`DELETE FROM audit WHERE seq = 3; UPDATE audit_head SET seq = 2,
    hash = (SELECT hash FROM audit WHERE seq = 2)`);
  database.close();
  said = '';
  expect(await run('verify')).toBe(1);
  expect(said).toBe('The audit log is broken: the log ends with record 2, and record 3 was kept elsewhere.\n');
  const anew = await openSqlite(join(state, 'one.db'));
  await anew.audit.append({ ...EVENT, user: 'bob' });
  await anew.close();
  said = '';
  expect(await run('verify')).toBe(1);
  expect(said).toBe('The audit log is broken: record 3 is not the one that was kept elsewhere.\n');
});

it.each([
  ['a row that is gone', 'DELETE FROM audit WHERE seq = 2', 'record 2 is missing: 3 comes next'],
  [
    'rows that were exchanged',
    'UPDATE audit SET seq = -seq; UPDATE audit SET seq = CASE seq WHEN -2 THEN 3 WHEN -3 THEN 2 ELSE 1 END',
    'record 2 does not follow the record before it',
  ],
  [
    'a column that records are found by',
    'UPDATE audit SET uid = 9 WHERE seq = 3',
    "record 3 was changed: its column uid is not its event's",
  ],
])('names the first record of %s', async (_what, statement, why) => {
  const database = new DatabaseSync(join(state, 'one.db'));
  database.exec(statement);
  database.close();
  expect(await run('verify')).toBe(1);
  expect(said).toBe(`The audit log is broken: ${why}.\n`);
});

it('shows nothing that a terminal would obey', () => {
  const event = { ...EVENT, user: 'a\u001b[2J\nb\u009b\u202e', from: '\u001b[2J\u2028' };
  const line = auditLines([{ seq: 1, event, previous: '', hash: '' }]);
  expect(line).toContain('"a\\u001b[2J\\nb??" [2]');
  expect(line).toContain('from ?[2J? at n1');
});
