// one.datastore.* and one.datastorepool.*
import { bad, good, makes, ref, type Case } from '../case.ts';
import { planted } from '../../planted/secret.ts';

const datastore = (method: string): string => `one.datastore.${method}`;
const ANN = { as: 'ann' };
const KEEP = -1;
const nothing: readonly number[] = Array<number>(9).fill(KEEP);

const making: readonly Case[] = [
  makes(datastore('allocate'), 'an image datastore', ['NAME="imgs"\nTYPE="IMAGE_DS"\nDS_MAD="fs"', -1], 'imgs'),
  makes(
    datastore('allocate'),
    'XML, the cluster left out',
    ['<TEMPLATE><NAME>xml</NAME><TYPE>BACKUP_DS</TYPE><DS_MAD>fake</DS_MAD></TEMPLATE>'],
    'xml',
  ),
  makes(datastore('allocate'), 'a system datastore', ['NAME="sys"\nTYPE="system_ds"', -1], 'sys'),
  makes(
    datastore('allocate'),
    'with a secret',
    [`NAME="restic"\nTYPE="BACKUP_DS"\nDS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_PASSWORD="${planted()}"`, 0],
    'restic',
  ),
  bad(datastore('allocate'), 'no name', ['TYPE="IMAGE_DS"', -1], 'ALLOCATE', /new datastore\. .*NAME/),
  bad(
    datastore('allocate'),
    'a name that is taken',
    ['NAME="imgs"\nTYPE="IMAGE_DS"', -1],
    'ALLOCATE',
    /new datastore\. .*taken/,
  ),
  bad(datastore('allocate'), 'a bar in the name', ['NAME="a|b"\nTYPE="IMAGE_DS"', -1], 'ALLOCATE', /new datastore/),
  bad(datastore('allocate'), 'a type that is not known', ['NAME="a"\nTYPE="DANCE_DS"', -1], 'ALLOCATE', /DANCE_DS/),
  bad(
    datastore('allocate'),
    'a backup datastore without a driver',
    ['NAME="a"\nTYPE="BACKUP_DS"', -1],
    'ALLOCATE',
    /DS_MAD/,
  ),
  makes(
    datastore('allocate'),
    'with a policy',
    ['NAME="careful"\nTYPE="BACKUP_DS"\nDS_MAD="fake"\nVERIFY="YES"\nFLATTEN_SHARE="30"\nPRUNE_INTERVAL="60"', -1],
    'careful',
  ),
  bad(
    datastore('allocate'),
    'a share that is not one',
    ['NAME="a"\nTYPE="BACKUP_DS"\nDS_MAD="fake"\nFLATTEN_SHARE="half"', -1],
    'ALLOCATE',
    /FLATTEN_SHARE="half" .* from 1 to 1000/,
  ),
  bad(
    datastore('allocate'),
    'restic without its password',
    ['NAME="a"\nTYPE="BACKUP_DS"\nDS_MAD="restic"', -1],
    'ALLOCATE',
    /RESTIC_PASSWORD/,
  ),
  bad(
    datastore('allocate'),
    'a driver for something else',
    ['NAME="a"\nTYPE="IMAGE_DS"\nDS_MAD="restic"', -1],
    'ALLOCATE',
    /DS_MAD/,
  ),
  bad(
    datastore('allocate'),
    'no cluster of that id',
    ['NAME="a"\nTYPE="IMAGE_DS"', 4711],
    'NO_EXISTS',
    /cluster \[4711\]/,
  ),
  bad(datastore('allocate'), 'no template', ['NAME="a', -1], 'INTERNAL', /line 1/),
  bad(
    datastore('allocate'),
    'not for others',
    ['NAME="a"\nTYPE="IMAGE_DS"', -1],
    'AUTHORIZATION',
    /CREATE DATASTORE/,
    ANN,
  ),
];

const looking: readonly Case[] = [
  good(datastore('info'), 'an image datastore', [ref('imgs')], {
    document: 'DATASTORE',
    has: { NAME: 'imgs', TYPE: '0', STATE: '0', DISK_TYPE: '0', 'CLUSTERS/ID': '0', 'PERMISSIONS/OWNER_M': '1' },
  }),
  good(datastore('info'), 'a backup datastore', [ref('xml')], {
    document: 'DATASTORE',
    has: { TYPE: '3', TM_MAD: '-', DS_MAD: 'fake' },
  }),
  good(datastore('info'), 'a secret stays one', [ref('restic'), false], {
    document: 'DATASTORE',
    has: { 'TEMPLATE/RESTIC_PASSWORD': '***' },
  }),
  good(datastore('info'), 'a secret for an administrator', [ref('restic'), true], {
    document: 'DATASTORE',
    has: { 'TEMPLATE/RESTIC_PASSWORD': planted() },
  }),
  bad(datastore('info'), 'none', [4711], 'NO_EXISTS', /datastore \[4711\]/),
  bad(datastore('info'), 'a negative id', [-1], 'NO_EXISTS', /datastore \[-1\]/),
  bad(datastore('info'), 'the largest id', [2147483647], 'NO_EXISTS', /datastore \[2147483647\]/),
  bad(datastore('info'), 'not for others', [ref('imgs')], 'AUTHORIZATION', /USE DATASTORE/, ANN),
  bad(datastore('rescan'), 'no backups are in it', [ref('imgs')], 'ACTION', /no backup datastore/),
  bad(datastore('rescan'), 'none', [4711], 'NO_EXISTS', /datastore \[4711\]/),
  bad(datastore('rescan'), 'not for others', [ref('imgs')], 'AUTHORIZATION', /ADMIN DATASTORE/, ANN),
  good('one.datastorepool.info', 'all', [], {
    document: 'DATASTORE_POOL',
    has: { 'DATASTORE/NAME': 'restic', 'DATASTORE/TYPE': '1', 'DATASTORE/TEMPLATE/RESTIC_PASSWORD': '***' },
  }),
  good(
    'one.datastorepool.info',
    'those that others may use',
    [],
    { document: 'DATASTORE_POOL', has: { 'DATASTORE/ID': '1' } },
    ANN,
  ),
  bad('one.datastorepool.info', 'a session of nobody', [], 'AUTHENTICATION', /./, { as: 'nobody1:x' }),
];

const changing: readonly Case[] = [
  good(datastore('update'), 'replace', [ref('imgs'), 'DS_MAD="fs"\nLIMIT_MB="100"', 0]),
  good(datastore('update'), 'merge', [ref('imgs'), 'NOTE="<&>"', 1]),
  good(datastore('info'), 'both', [ref('imgs')], {
    document: 'DATASTORE',
    has: { 'TEMPLATE/LIMIT_MB': '100', 'TEMPLATE/NOTE': '<&>' },
  }),
  good(datastore('update'), 'a secret as it was shown', [ref('restic'), 'RESTIC_PASSWORD="***"', 1]),
  good(datastore('info'), 'the secret is kept', [ref('restic'), true], {
    document: 'DATASTORE',
    has: { 'TEMPLATE/RESTIC_PASSWORD': planted() },
  }),
  bad(datastore('update'), 'another type', [ref('xml'), 'TYPE="IMAGE_DS"', 1], 'ACTION', /TYPE/),
  bad(datastore('update'), 'a type that is not known', [ref('xml'), 'TYPE="DANCE_DS"', 1], 'ACTION', /TYPE/),
  bad(
    datastore('update'),
    'copies to nowhere',
    [ref('careful'), 'COPY_TO="4711"', 1],
    'NO_EXISTS',
    /datastore \[4711\]/,
  ),
  bad(datastore('update'), 'copies to no datastore', [ref('careful'), 'COPY_TO="x"', 1], 'INTERNAL', /COPY_TO="x"/),
  bad(
    datastore('update'),
    'copies to where no backups are',
    [ref('careful'), 'COPY_TO="1"', 1],
    'ACTION',
    /COPY_TO="1".*no backup/,
  ),
  good(datastore('update'), 'when space is given back', [ref('careful'), 'PRUNE_BUDGET="30"', 1]),
  bad(
    datastore('update'),
    'a time that is none',
    [ref('careful'), 'PRUNE_INTERVAL="hourly"', 1],
    'INTERNAL',
    /PRUNE_INTERVAL="hourly"/,
  ),
  bad(
    datastore('update'),
    'neither yes nor no',
    [ref('careful'), 'VERIFY="sometimes"', 1],
    'INTERNAL',
    /VERIFY="sometimes" .*YES, NO/,
  ),
  good(datastore('update'), 'what it takes', [
    ref('careful'),
    'MAX_BACKUPS="3"\nBACKUP_WEIGHT="20"\nBANDWIDTH="100"',
    1,
  ]),
  bad(
    datastore('update'),
    'a bandwidth that is none',
    [ref('careful'), 'BANDWIDTH="1G"', 1],
    'INTERNAL',
    /BANDWIDTH="1G"/,
  ),
  bad(datastore('update'), 'another driver', [ref('xml'), 'DS_MAD="restic"', 1], 'ACTION', /DS_MAD/),
  bad(datastore('update'), 'a wrong flag', [ref('imgs'), 'A=b', 0x1000], 'XML_RPC_API', /4096/),
  bad(datastore('update'), 'none', [4711, 'A=b', 0], 'NO_EXISTS'),
  good(datastore('rename'), 'a name', [ref('imgs'), 'images of ours']),
  bad(datastore('rename'), 'taken', [ref('imgs'), 'default'], 'ACTION', /taken/),
  bad(datastore('rename'), 'empty', [ref('imgs'), ''], 'ACTION'),
  bad(datastore('rename'), 'an angle bracket', [ref('imgs'), 'a<b'], 'ACTION'),
  bad(datastore('rename'), 'none', [4711, 'a'], 'NO_EXISTS'),
  good(datastore('chmod'), 'nothing', [ref('imgs'), ...nothing]),
  good(datastore('chmod'), 'all nine', [ref('imgs'), 1, 1, 0, 1, 0, 0, 1, 0, 0]),
  good(
    datastore('info'),
    'which others may use now',
    [ref('imgs')],
    { document: 'DATASTORE', has: { 'PERMISSIONS/OTHER_U': '1' } },
    ANN,
  ),
  bad(datastore('chmod'), 'a bit of 2', [ref('imgs'), 2, ...nothing.slice(1)], 'XML_RPC_API'),
  bad(datastore('chmod'), 'by others', [ref('imgs'), 1, ...nothing.slice(1)], 'AUTHORIZATION', /MANAGE DATASTORE/, ANN),
  good(datastore('chown'), 'owner and group', [ref('imgs'), 2, 1]),
  good(datastore('chown'), 'the group alone', [ref('imgs'), KEEP, 0]),
  good(datastore('chown'), 'the owner alone', [ref('imgs'), 0, KEEP]),
  bad(datastore('chown'), 'to nobody', [ref('imgs'), 4711, KEEP], 'NO_EXISTS', /user \[4711\]/),
  bad(datastore('chown'), 'to no group', [ref('imgs'), KEEP, 4711], 'NO_EXISTS', /group \[4711\]/),
  good(datastore('enable'), 'a system datastore, off', [ref('sys'), false]),
  good(datastore('info'), 'which is off', [ref('sys')], { document: 'DATASTORE', has: { STATE: '1' } }),
  good(datastore('enable'), 'on again', [ref('sys'), true]),
  bad(datastore('enable'), 'an image datastore', [ref('imgs'), false], 'INTERNAL'),
  bad(datastore('enable'), 'none', [4711, true], 'NO_EXISTS'),
];

const ending: readonly Case[] = [
  makes('one.image.allocate', 'for the datastore', ['NAME="inside"\nSIZE="1"', ref('imgs')], 'inside', {
    until: { image: 'inside', is: 1 },
  }),
  bad(datastore('delete'), 'with an image', [ref('imgs')], 'ACTION', /image/),
  good('one.image.delete', 'the image', [ref('inside')]),
  bad(datastore('delete'), 'none', [4711], 'NO_EXISTS'),
  bad(datastore('delete'), 'by others', [ref('imgs')], 'AUTHORIZATION', /ADMIN DATASTORE/, ANN),
  ...['imgs', 'xml', 'sys', 'restic', 'careful'].map((name) =>
    good(datastore('delete'), `the datastore "${name}"`, [ref(name)]),
  ),
  bad(datastore('delete'), 'twice', [ref('imgs')], 'NO_EXISTS'),
];

export const datastoreCases: readonly Case[] = [...making, ...looking, ...changing, ...ending];
