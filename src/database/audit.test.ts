import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AuditEvent } from '../model/audit.ts';
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

it('shows nothing that a terminal would obey', () => {
  const event = { ...EVENT, user: 'a\u001b[2J\nb' };
  expect(auditLines([{ seq: 1, event, previous: '', hash: '' }])).toContain('a?[2J?b');
});
