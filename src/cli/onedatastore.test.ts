// onedatastore: what each subcommand sends and prints.
import { expect, test } from 'vitest';
import { failure, runCommand, success } from '../../tests/golden/command.ts';
import type { FakeIo } from '../../tests/golden/fake-io.ts';
import { echoing, NAMES } from '../../tests/golden/pools.ts';
import { onedatastore } from './onedatastore.ts';

const REPLIES = {
  ...NAMES,
  ...echoing('datastore.delete', 'datastore.enable', 'datastore.update', 'datastore.rename', 'datastore.chown'),
  ...echoing('datastore.chmod'),
  'datastore.info':
    '<DATASTORE><ID>100</ID><TEMPLATE><RESTIC_PASSWORD><![CDATA[opensesame]]></RESTIC_PASSWORD></TEMPLATE></DATASTORE>',
  'datastore.allocate': 101,
};

test.each<[line: string, calls: unknown[][], out?: string]>([
  ['delete 100,101', [100, 101].map((id) => ['datastore.delete', id])],
  ['enable RBackups', [['datastorepool.info'], ['datastore.enable', 100, true]]],
  ['disable 100', [['datastore.enable', 100, false]]],
  ['rename 100 new', [['datastore.rename', 100, 'new']]],
  ['chown 100 ann staff', [['userpool.info'], ['grouppool.info'], ['datastore.chown', 100, 2, 100]]],
  ['chgrp 100 100', [['datastore.chown', 100, -1, 100]]],
  ['chmod 100 o+u', [['datastore.chmod', 100, -1, -1, -1, -1, -1, -1, 1, -1, -1]]],
])('onedatastore %s', async (line, calls, out = '') => {
  expect(await runCommand(onedatastore, line, REPLIES)).toEqual(success(calls, out));
});

test('create takes its template from stdin, and a cluster', async () => {
  const stdin = (io: FakeIo): void => void (io.stdin = 'NAME=r\nTYPE=BACKUP_DS\n');
  expect(await runCommand(onedatastore, 'create -c east', REPLIES, stdin)).toEqual(
    success([['clusterpool.info'], ['datastore.allocate', 'NAME=r\nTYPE=BACKUP_DS\n', 100]], 'ID: 101\n'),
  );
  expect(await runCommand(onedatastore, 'create', REPLIES)).toEqual(
    failure('No template was given, neither as a file nor on stdin.'),
  );
});

test('the editor gets the secrets too, or they would be lost', async () => {
  const editing = (io: FakeIo): void => void (io.edit = async (text) => `${text}RESTIC_SFTP_USER="x"\n`);
  expect(await runCommand(onedatastore, 'update 100', REPLIES, editing)).toEqual(
    success([
      ['datastore.info', 100, true],
      ['datastore.update', 100, 'RESTIC_PASSWORD="opensesame"\nRESTIC_SFTP_USER="x"\n', 0],
    ]),
  );
});

test.each([
  ['show 100 -x', false],
  ['show 100 -x --decrypt', true],
])('onedatastore %s', async (line, decrypt) => {
  expect((await runCommand(onedatastore, line, REPLIES)).calls).toEqual([['datastore.info', 100, decrypt]]);
});
