// oneimage: what each subcommand sends and prints.
import { expect, test } from 'vitest';
import { failure, runCommand, success } from '../../tests/golden/command.ts';
import { echoing, NAMES, pool } from '../../tests/golden/pools.ts';
import { oneimage } from './oneimage.ts';

const REPLIES = {
  ...NAMES,
  ...echoing('image.delete', 'image.enable', 'image.persistent', 'image.chtype', 'image.update', 'image.rename'),
  ...echoing('image.chown', 'image.chmod', 'image.lock', 'image.unlock', 'image.snapshotdelete'),
  ...echoing('image.snapshotrevert', 'image.snapshotflatten', 'image.cancel'),
  'image.allocate': 7,
  'image.clone': 8,
  'image.restore': '1 2 3',
};
const IMAGES = ['imagepool.info', -2, -1, -1];

test.each<[line: string, calls: unknown[][], out?: string]>([
  [
    'create -d 1 --name i --type datablock --size 2g --persistent --format qcow2 --disk_type file --source /x',
    [
      [
        'image.allocate',
        'NAME="i"\nTYPE="DATABLOCK"\nPERSISTENT="YES"\nFORMAT="qcow2"\nDISK_TYPE="file"\nSOURCE="/x"\nSIZE="2048"\n',
        1,
        false,
      ],
    ],
    'ID: 7\n',
  ],
  [
    'create -d default --name i --path /x --no_check_capacity',
    [['datastorepool.info'], ['image.allocate', 'NAME="i"\nPATH="/x"\n', 1, true]],
    'ID: 7\n',
  ],
  ['create --name i --dry', [], 'NAME="i"\n'],
  ['restore -d 1 1', [['image.restore', 1, 1, '']], 'VM Template: 1\nImages: 2 3\n'],
  [
    'restore --no_ip --no_nic -d 1 --name x --increment 1 --disk-id 0 --detach 1',
    [['image.restore', 1, 1, 'NO_NIC="YES"\nNO_IP="YES"\nNAME="x"\nINCREMENT_ID="1"\nDISK_ID="0"\n']],
    'VM Template: 1\nImages: 2 3\n',
  ],
  [
    'restore -d 1 1 --no_backup_config --detach',
    [['image.restore', 1, 1, 'NO_BACKUP_CONFIG="YES"\n']],
    'VM Template: 1\nImages: 2 3\n',
  ],
  ['cancel 1', [['image.cancel', 1]]],
  ['cancel alpine', [IMAGES, ['image.cancel', 0]]],
  ['delete 1,2', [1, 2].map((id) => ['image.delete', id, false])],
  ['delete 1 --force', [['image.delete', 1, true]]],
  ['clone 1 copy', [['image.clone', 1, 'copy', -1]], 'ID: 8\n'],
  ['clone alpine copy -d 1', [IMAGES, ['image.clone', 0, 'copy', 1]], 'ID: 8\n'],
  ['persistent 1,2', [1, 2].map((id) => ['image.persistent', id, true])],
  ['nonpersistent 1', [['image.persistent', 1, false]]],
  ['enable 1', [['image.enable', 1, true]]],
  ['disable 1', [['image.enable', 1, false]]],
  ['chtype 1,2 datablock', [1, 2].map((id) => ['image.chtype', id, 'DATABLOCK'])],
  ['rename 1 new', [['image.rename', 1, 'new']]],
  ['chgrp 1 staff', [['grouppool.info'], ['image.chown', 1, -1, 100]]],
  ['chmod alpine 600', [IMAGES, ['image.chmod', 0, 1, 1, 0, 0, 0, 0, 0, 0, 0]]],
  ['lock 1 --all', [['image.lock', 1, 4, false]]],
  ['unlock 1', [['image.unlock', 1]]],
  ['snapshot-delete 1 2', [['image.snapshotdelete', 1, 2]]],
  ['snapshot-revert 1 2', [['image.snapshotrevert', 1, 2]]],
  ['snapshot-flatten 1 2', [['image.snapshotflatten', 1, 2]]],
])('oneimage %s', async (line, calls, out = '') => {
  expect(await runCommand(oneimage, line, REPLIES)).toEqual(success(calls, out));
});

test('orphans are what no template uses, backups aside', async () => {
  const used = '<TEMPLATE><DISK><IMAGE_ID>0</IMAGE_ID></DISK><DISK><IMAGE>named</IMAGE></DISK></TEMPLATE>';
  const outcome = await runCommand(oneimage, 'orphans', {
    'imagepool.info': pool('IMAGE_POOL', 'IMAGE', [
      [0, 'by-id', '<TYPE>0</TYPE>'],
      [1, 'named', '<TYPE>0</TYPE>'],
      [2, 'backup', '<TYPE>6</TYPE>'],
      [3, 'forgotten', '<TYPE>0</TYPE>'],
    ]),
    'templatepool.info': pool('VMTEMPLATE_POOL', 'VMTEMPLATE', [[4, 'web', used]]),
  });
  expect(outcome.status).toBe(0);
  expect(outcome.out.split('\n').map((line) => line.trim().split(/\s+/)[0])).toEqual(['ID', '3', '']);
});

test.each([
  ['create --name a', 'Datastore to save the image is mandatory: -d', []],
  ['create -d 1 --name a --size big', '--size big is no size such as 512, 2g or 300mb.', []],
  ['restore 1', 'Datastore to restore the backup is mandatory: -d', []],
  ['restore 1 -d 1 --increment x', '--increment x is no number.', []],
  ['delete twin', 'There are multiple IMAGEs with name twin; use one of their ids.', [IMAGES]],
  ['snapshot-delete 1 first', '"first" is not a valid ID of a snapshot.', []],
] as const)('oneimage %s fails', async (line, err, calls) => {
  expect(await runCommand(oneimage, line, REPLIES)).toEqual(
    failure(
      err,
      calls.map((call) => [...call]),
    ),
  );
});
