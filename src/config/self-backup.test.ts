import { expect, it } from 'vitest';
import { makeConfig } from '../config.ts';
import type { SelfBackupSettings } from '../model/self-backup.ts';
import { parseTemplate } from '../wire/template-text.ts';

const of = (text: string): SelfBackupSettings => makeConfig(parseTemplate(text), {}).selfBackup;

it('has no schedule unless it is set', () => {
  expect(of('')).toEqual({ datastore: undefined, intervalSec: 86_400, keep: 7 });
  expect(of('SELF_BACKUP=[ KEEP="3" ]')).toEqual({ datastore: undefined, intervalSec: 86_400, keep: 3 });
});

it('is read', () => {
  expect(of('SELF_BACKUP=[ DATASTORE="vault", INTERVAL="3600", KEEP="30" ]')).toEqual({
    ...{ datastore: 'vault', intervalSec: 3600, keep: 30 },
  });
});

it.each([
  [
    'SELF_BACKUP=[ DATASTORE="v", INTERVAL="5" ]',
    'SELF_BACKUP/INTERVAL="5" is not right: it must be a number of seconds',
  ],
  ['SELF_BACKUP=[ DATASTORE="v", KEEP="0" ]', 'SELF_BACKUP/KEEP="0" is not right: it must be a number of copies, 1 at'],
  ['SELF_BACKUP=[ DATASTORE=" " ]', 'SELF_BACKUP/DATASTORE="" is not right: it must be the name or id'],
  ['SELF_BACKUP=[ DATASTORE="a" ]\nSELF_BACKUP=[ DATASTORE="b" ]', 'SELF_BACKUP is not right: it may be there once'],
  ['SELF_BACKUP=[ STORE="a" ]', 'SELF_BACKUP/STORE is not right: it is not known'],
])('%s is refused', (text, why) => {
  expect(() => of(text)).toThrow(why);
});
