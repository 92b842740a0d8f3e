import { expect, it } from 'vitest';
import { isPostgresUrl, shownUrl } from './database-url.ts';

it('knows the URL of a PostgreSQL database', () => {
  expect(['postgres://a/b', 'postgresql:///b', 'PostgreSQL://a'].every(isPostgresUrl)).toBe(true);
  expect(['/var/lib/one.db', 'mysql://a/b', 'postgres'].some(isPostgresUrl)).toBe(false);
});

it.each([
  ['postgres://ann@host/one', 'postgres://ann@host/one'],
  ['postgres://ann:s3cret@host:5433/one', 'postgres://ann:***@host:5433/one'],
  ['postgres://ann:s3cret@/one?host=/run/postgresql', 'postgres://ann:***@/one?host=/run/postgresql'],
  ['postgres:///one?host=/run/postgresql&password=s3cret', 'postgres:///one?host=%2Frun%2Fpostgresql&password=***'],
  ['postgres://host/one?user=ann&password=s3cret', 'postgres://host/one?user=ann&password=***'],
  ['postgres://ann:s3/cr#et@host:port/one', 'postgres://...'],
])('%s is shown as %s', (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
});
