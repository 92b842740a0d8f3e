import { expect, it } from 'vitest';
import { readDocuments } from './documents.ts';

const image = (inner: string, type = 6): string =>
  `<IMAGE><ID>12</ID><NAME>7 15-Jun</NAME><UNAME>alice</UNAME><GNAME>users</GNAME><TYPE>${type}</TYPE><STATE>1</STATE>` +
  `<FORMAT>raw</FORMAT><DATASTORE_ID>100</DATASTORE_ID><REGTIME>5</REGTIME><SOURCE>25f4b298</SOURCE>${inner}</IMAGE>`;
const read = (...texts: string[]) => readDocuments(texts.map((text, index) => ({ name: `file ${index}`, text })));

it('reads an image with its increments, whatever pool it is in', () => {
  const increment =
    '<INCREMENT><DATE><![CDATA[9]]></DATE><ID>0</ID><PARENT_ID>-1</PARENT_ID><SIZE>1</SIZE><SOURCE>25f4b298</SOURCE><TYPE>FULL</TYPE></INCREMENT>';
  const text = `<?xml version="1.0"?><IMAGE_POOL>${image(
    `<VMS><ID>7</ID></VMS><TEMPLATE><BACKUP_JOB_ID>3</BACKUP_JOB_ID></TEMPLATE><BACKUP_INCREMENTS>${increment}</BACKUP_INCREMENTS>` +
      '<PERMISSIONS><OWNER_U>1</OWNER_U><OWNER_M>1</OWNER_M><GROUP_U>1</GROUP_U></PERMISSIONS>',
  )}${image('', 0)}</IMAGE_POOL>`;
  expect(read(text).images).toEqual([
    {
      ...{ id: 12, name: '7 15-Jun', uname: 'alice', gname: 'users', octet: 0o640, state: 1, format: 'raw' },
      ...{ datastoreId: 100, vmId: 7, jobId: 3, source: '25f4b298', regtime: 5 },
      increments: [{ id: 0, parentId: -1, type: 'FULL', date: 9, source: '25f4b298' }],
    },
  ]);
});

it('reads several documents one after the other, and what a machine has under way', () => {
  const config = '<ACTIVE_FLATTEN>YES</ACTIVE_FLATTEN><INCREMENTAL_BACKUP_ID>12</INCREMENTAL_BACKUP_ID>';
  const vm = `<VM><ID>7</ID><NAME>web</NAME><BACKUPS><BACKUP_CONFIG>${config}</BACKUP_CONFIG></BACKUPS></VM>`;
  const datastore =
    '<DATASTORE><ID>100</ID><NAME>vault</NAME><DS_MAD>restic</DS_MAD><TYPE>3</TYPE><BASE_PATH>/b/100</BASE_PATH><TEMPLATE><RESTIC_BWLIMIT>9</RESTIC_BWLIMIT></TEMPLATE></DATASTORE>';
  const { vms, datastores } = read(`<?xml version="1.0"?>${vm}\n<?xml version="1.0"?>${datastore}`);
  expect(vms).toEqual([{ id: 7, name: 'web', flattening: true, chainImageId: 12 }]);
  expect(datastores).toEqual([
    { id: 100, name: 'vault', dsMad: 'restic', type: 3, basePath: '/b/100', template: [['RESTIC_BWLIMIT', '9']] },
  ]);
});

it.each([
  ['<HOST><ID>1</ID></HOST>', 'file 0 holds a HOST; expected DATASTORE, IMAGE or VM, or a pool of those.'],
  ['no xml <', 'file 0 is no XML document: '],
  ['<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><IMAGE/>', 'file 0 is no XML document: '],
  [image('').replace('<STATE>1<', '<STATE>ready<'), 'file 0: IMAGE 12: STATE="ready" is not a number.'],
  [
    image('<BACKUP_INCREMENTS><INCREMENT><ID>1</ID><TYPE>DELTA</TYPE></INCREMENT></BACKUP_INCREMENTS>'),
    'IMAGE 12, INCREMENT 1: TYPE="DELTA" is not known; it must be FULL or INCREMENT.',
  ],
])('refuses %s', (text, message) => {
  expect(() => read(text)).toThrow(message);
});
