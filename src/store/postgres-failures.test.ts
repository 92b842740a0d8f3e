import { expect, it } from 'vitest';
import { failureOf, type DatabaseFailure } from './postgres-failures.ts';

const SHOWN = 'postgres://ann:***@host/one';
const of = (code: string, message: string, statement = 'select 1', more: object = {}): DatabaseFailure =>
  failureOf(Object.assign(new Error(message), { code, ...more }), SHOWN, statement);

it.each([
  ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432'],
  ['57P01', 'terminating connection due to administrator command'],
  ['08006', 'connection failure'],
  ['25P03', 'terminating connection due to idle-in-transaction timeout'],
  ['', 'Connection terminated unexpectedly'],
  ['', 'Client has encountered a connection error and is not queryable'],
])('%s %s is a lost connection, which the next call makes anew', (code, message) => {
  const failure = of(code, message);
  expect(failure).toMatchObject({ lost: true, again: false, retry: true });
  expect(failure.message).toBe(`The connection to PostgreSQL (${SHOWN}) was lost: ${message}.`);
  expect(failure.hint).toContain('The next call connects anew');
});

it('one that is lost while a change is kept says that nobody knows', () => {
  expect(of('57P01', 'gone', 'commit').message).toContain('It is not known whether the last change was kept.');
});

it('what may go well again is told from what may not', () => {
  expect(of('40P01', 'deadlock detected')).toMatchObject({ lost: false, again: true });
  expect(of('40001', 'could not serialize access')).toMatchObject({ lost: false, again: true });
  expect(of('23505', 'duplicate key value violates unique constraint "a"')).toMatchObject({
    lost: false,
    again: false,
  });
  expect(of('57014', 'canceling statement')).toMatchObject({
    message: `PostgreSQL (${SHOWN}) gave up a statement: it took too long.`,
    again: false,
    retry: true,
  });
});

it('says what to do about a password or a database that is not there', () => {
  expect(of('28P01', 'password authentication failed').hint).toContain('DATABASE_URL');
  expect(of('3D000', 'database "one" does not exist').hint).toContain('createdb');
});

it('holds no content of a row', () => {
  const failure = of('23502', 'null value', 'insert', { detail: 'Failing row contains (7, secret)' });
  expect(JSON.stringify([Object.entries(failure), failure.message, failure.cause])).not.toContain('secret');
});

it('tells what the first of several addresses said, and what was told once stays', () => {
  const several = new AggregateError([Object.assign(new Error('connect ECONNREFUSED ::1'), { code: 'ECONNREFUSED' })]);
  const failure = failureOf(several, SHOWN, 'connect');
  expect(failure.message).toContain('was lost: connect ECONNREFUSED ::1');
  expect(failureOf(failure, SHOWN, 'begin')).toBe(failure);
});
