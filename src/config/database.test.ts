import { describe, expect, it } from 'vitest';
import { makeConfig } from '../config.ts';
import { parseTemplate } from '../wire/template-text.ts';
import { shownDatabase, type DatabaseSettings } from './database.ts';

const of = (text: string, url?: string): DatabaseSettings => {
  const { database, postgres } = makeConfig(parseTemplate(text), { state: '/s' }, { DATABASE_URL: url });
  return { database, postgres };
};
const URL = 'postgres://ann:secret@db.example/one';

describe('the database', () => {
  it('is a file, unless somebody says otherwise', () => {
    expect(of('')).toEqual({ database: '/s/one.db', postgres: undefined });
    expect(of('DB=[ PATH="/x/a.db" ]', '')).toEqual({ database: '/x/a.db', postgres: undefined });
  });

  it('is on a server by the configuration file, and DATABASE_URL wins', () => {
    expect(of(`DB=[ BACKEND="postgresql", URL="${URL}" ]`).postgres).toEqual({ url: URL, connections: 10 });
    expect(of('DB=[ BACKEND="postgresql", CONNECTIONS="3" ]', URL).postgres).toEqual({ url: URL, connections: 3 });
    expect(of('DB=[ PATH="/x/a.db" ]', URL).postgres).toEqual({ url: URL, connections: 10 });
  });

  it.each([
    ['DB=[ BACKEND="mysql" ]', 'DB/BACKEND="mysql" is not right: it must be one of sqlite, postgresql'],
    ['DB=[ BACKEND="postgresql" ]', 'DB/URL is not right: it is missing'],
    ['DB=[ URL="postgres://a/b" ]', 'DB/URL is not right: it needs BACKEND="postgresql"'],
    ['DB=[ BACKEND="postgresql", URL="postgres://a/b", PATH="/x" ]', 'DB/PATH is not right: it needs BACKEND="sqlite"'],
    ['DB=[ BACKEND="postgresql", URL="mysql://ann:secret@a/b" ]', 'DB/URL is not right: it must be a URL such as'],
    ['DB=[ BACKEND="postgresql", URL="postgres://a/b", CONNECTIONS="1" ]', 'DB/CONNECTIONS="1" is not right'],
    [`DB="${URL}"`, 'DB is not right: it must be a vector'],
  ])('%s is refused', (text, message) => {
    const refused = (): unknown => of(text);
    expect(refused).toThrow(`The configuration's ${message}`);
    expect(refused).not.toThrow('secret');
  });

  it('is shown without its password', () => {
    expect(shownDatabase(of('', URL))).toBe('postgres://ann:***@db.example/one');
    expect(shownDatabase(of(''))).toBe('/s/one.db');
  });
});
