import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { allFields } from '../../web/src/pages/datastores/fields.ts';

const reference = readFileSync(new URL('../../docs/reference/datastores.md', import.meta.url), 'utf8');

/** Attributes in the tables below a heading, but for those that OneVault itself writes. */
function documented(heading: string): string[] {
  const section = reference.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([A-Z0-9_]+)` (?!.*\| written by OneVault )/gm)].map(([, name]) => name!);
}

/** Vectors are written as text, in the field for other attributes. */
const AS_TEXT = ['DRILL', 'BACKUP_WINDOW'];

it.each([
  ['BACKUP_DS', 'restic', ['Backup datastores', 'Restic datastores']],
  ['BACKUP_DS', 'rsync', ['Backup datastores', 'Rsync datastores']],
  ['IMAGE_DS', 'fs', ['Image, file and system datastores']],
])(
  'the form of a %s of %s has a field for every attribute of the reference, and no other',
  (type, driver, headings) => {
    const wanted = headings.flatMap(documented).filter((name) => !AS_TEXT.includes(name));
    expect(wanted).not.toEqual([]);
    expect(
      allFields(type, driver)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(wanted.toSorted());
  },
);
