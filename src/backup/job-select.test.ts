import { describe, expect, it } from 'vitest';
import { vm } from '../../tests/golden/objects.ts';
import { CODE } from '../model/errors.ts';
import type { Attributes, Vector } from '../model/attributes.ts';
import { readSelections, selects } from './job-select.ts';

const select = (...vector: Vector): Attributes => [['BACKUP_VMS_SELECT', vector]];
const alice = { ...vm, uid: 5, uname: 'alice', gid: 101, gname: 'crew' };
const labelled = (labels: string): typeof alice => ({ ...alice, userTemplate: [['LABELS', labels]] });

describe('a selection', () => {
  it.each<[Vector, typeof alice, boolean]>([
    [[['LABEL', 'prod']], labelled('dev, prod'), true],
    [[['LABEL', 'prod']], labelled('prod/web/front'), true],
    [[['LABEL', 'prod/']], labelled('prod'), true],
    [[['LABEL', 'prod/web']], labelled('prod'), false],
    [[['LABEL', 'prod']], labelled('production,Prod,pre/prod'), false],
    [[['LABEL', 'prod']], alice, false],
    [[['OWNER', 'alice']], alice, true],
    [[['OWNER', '5']], alice, true],
    [[['OWNER', '6']], alice, false],
    [[['OWNER', 'bob']], alice, false],
    [[['GROUP', 'crew']], alice, true],
    [[['GROUP', '101']], alice, true],
    [[['GROUP', '5']], alice, false],
    [
      [
        ['LABEL', 'prod'],
        ['OWNER', 'alice'],
        ['GROUP', 'crew'],
      ],
      labelled('prod'),
      true,
    ],
    [
      [
        ['LABEL', 'prod'],
        ['OWNER', 'bob'],
      ],
      labelled('prod'),
      false,
    ],
  ])('%j of a VM of alice, case %#', (vector, one, chosen) => {
    const [selection] = readSelections(select(...vector));
    expect(selection && selects(selection, one)).toBe(chosen);
  });

  it('may be there several times, or not at all', () => {
    expect(readSelections([...select(['LABEL', ' a ']), ...select(['OWNER', 'b'])])).toEqual([
      { label: 'a' },
      { owner: 'b' },
    ]);
    expect(readSelections([])).toEqual([]);
    expect(readSelections([['BACKUP_VMS_SELECT', '']])).toEqual([]);
  });

  it.each<[Attributes, string]>([
    [select(), 'BACKUP_VMS_SELECT selects nothing'],
    [select(['NAME', 'web']), 'BACKUP_VMS_SELECT/NAME="web" is not known'],
    [select(['OWNER', 'a'], ['LABEL', ' ']), 'BACKUP_VMS_SELECT/LABEL="" is empty'],
    [select(['LABEL', '/']), 'BACKUP_VMS_SELECT/LABEL="/" is empty'],
    [select(['LABEL', 'a,b']), 'BACKUP_VMS_SELECT/LABEL="a,b" is not right'],
    [select(['LABEL', 'a'], ['LABEL', 'b']), 'BACKUP_VMS_SELECT/LABEL is there twice'],
    [[['BACKUP_VMS_SELECT', 'prod']], 'BACKUP_VMS_SELECT="prod" is a text'],
  ])('%j is refused', (template, message) => {
    expect(() => readSelections(template)).toThrow(
      expect.objectContaining({ code: CODE.INTERNAL, message: expect.stringContaining(message) as string }) as Error,
    );
  });
});
