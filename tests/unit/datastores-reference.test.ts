// The reference of datastores tells of every attribute that the drivers read, of no other, and names a test that speaks of it.
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Row {
  name: string;
  cells: string[];
  test: string;
}

const text = readFileSync('docs/reference/datastores.md', 'utf8');
const sections = new Map(
  text
    .split('\n## ')
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), rowsOf(section)] as const),
);

/** A cell may hold a vertical line behind a backslash. */
function rowsOf(section: string): Row[] {
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => {
    const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const [, names = '', ...others] = cells.slice(0, -1);
    const test = /^`(.+)`$/.exec(others.at(-1) ?? '')?.[1] ?? '';
    return [...names.matchAll(/`([A-Z0-9_]+)`/g)].map(([, name = '']) => ({ name, cells: others, test }));
  });
}

const namesIn = (section: string): string[] => (sections.get(section) ?? []).map(({ name }) => name).toSorted();

/** The attributes that begin so in the sources of a driver; what is the program's own environment is none. */
function attributesIn(driver: string, prefix: string): string[] {
  const files = globSync([`src/datastore/${driver}/**/*.ts`, 'src/datastore/*.ts'], {
    exclude: ['**/*.test.ts', '**/*contract*.ts'],
  });
  const found = files.flatMap((file) => {
    const names = readFileSync(file, 'utf8').matchAll(
      new RegExp(`['\`]((?:${prefix}|TOTAL)_[\\w\${}]*[A-Z0-9])['\`]`, 'g'),
    );
    return [...names].flatMap(([, name = '']) => BACKENDS.map((backend) => name.replace('${backend}', backend)));
  });
  return [...new Set(found)].filter((name) => !ENVIRONMENT.has(name)).toSorted();
}

/** Those that TLS takes part in: their attributes have the same ends. */
const BACKENDS = ['S3', 'REST'];
const ENVIRONMENT = new Set([
  'RESTIC_REPOSITORY',
  'RESTIC_PASSWORD_FILE',
  'RESTIC_PASSWORD_COMMAND',
  'RESTIC_REPOSITORY_FILE',
]);

describe('the reference of datastores', () => {
  it.each([
    ['restic', 'RESTIC', 'Restic datastores'],
    ['rsync', 'RSYNC', 'Rsync datastores'],
  ])('tells of every attribute of %s, once, and of no other', (driver, prefix, section) => {
    const read = attributesIn(driver, prefix);
    expect(read.length).toBeGreaterThan(8);
    expect(namesIn(section)).toEqual(read);
  });

  it('tells of the attributes of all backup datastores', () => {
    const policy = readFileSync('src/model/backup-policy.ts', 'utf8');
    const read = new Set([...policy.matchAll(/name: '([A-Z_]+)'/g)].map(([, name = '']) => name));
    expect(read.size).toBeGreaterThan(2);
    expect(namesIn('Backup datastores')).toEqual(expect.arrayContaining([...read, 'BACKUP_WINDOW', 'DRILL', 'VERIFY']));
  });

  it('says of each its values, default, unit and effect, and names a test that speaks of it', () => {
    const rows = [...sections.values()].flat();
    expect(rows.length).toBeGreaterThan(25);
    const speaks = ({ name, test }: Row): boolean => readIfThere(test).includes(name);
    expect(rows.filter((row) => !speaks(row)).map(({ name, test }) => `${name}: ${test}`)).toEqual([]);
    expect(rows.filter(({ cells }) => cells.length !== 5 || cells.includes('')).map(({ name }) => name)).toEqual([]);
  });
});

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // then it speaks of nothing, which is what is reported
  }
}
