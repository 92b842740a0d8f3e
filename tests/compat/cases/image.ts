// one.image.* and one.imagepool.*, without backups.
import { bad, good, makes, ref, type Case } from '../case.ts';

const image = (method: string): string => `one.image.${method}`;
const ANN = { as: 'ann' };
const READY = 1;
const nothing: readonly number[] = Array<number>(9).fill(-1);
const ready = (name: string): { until: { image: string; is: number } } => ({ until: { image: name, is: READY } });

const making: readonly Case[] = [
  makes(image('allocate'), 'text', ['NAME="disk"\nSIZE="1"\nFORMAT="raw"', 1], 'disk', ready('disk')),
  makes(
    image('allocate'),
    'XML, without a look at the capacity',
    ['<TEMPLATE><NAME>dätä</NAME><SIZE>1</SIZE><TYPE>DATABLOCK</TYPE><PERSISTENT>YES</PERSISTENT></TEMPLATE>', 1, true],
    'data',
    ready('data'),
  ),
  makes(
    image('allocate'),
    'with a look at the capacity',
    ['NAME="qcow"\nSIZE="2"\nFORMAT="qcow2"\nFS=""', 1, false],
    'qcow',
    ready('qcow'),
  ),
  makes(image('allocate'), 'by a user', ['NAME="disk"\nSIZE="1"', 1], "ann's image", {
    ...ANN,
    ...ready("ann's image"),
  }),
  bad(image('allocate'), 'no name', ['SIZE="1"', 1], 'ALLOCATE', /new image\. .*NAME/),
  bad(
    image('allocate'),
    'a name that its owner has given',
    ['NAME="disk"\nSIZE="1"', 1],
    'ALLOCATE',
    /new image\. .*taken/,
  ),
  bad(image('allocate'), 'a slash in the name', ['NAME="a/b"\nSIZE="1"', 1], 'ALLOCATE', /new image\. .*"\/"/),
  bad(image('allocate'), 'neither size nor path', ['NAME="a"', 1], 'ALLOCATE', /new image\. .*SIZE/),
  bad(image('allocate'), 'a size of nothing', ['NAME="a"\nSIZE="0"', 1], 'ALLOCATE', /SIZE/),
  bad(image('allocate'), 'a negative size', ['NAME="a"\nSIZE="-1"', 1], 'ALLOCATE', /SIZE/),
  bad(image('allocate'), 'a size that no disk has', ['NAME="a"\nSIZE="99999999999999999999"', 1], 'ALLOCATE', /SIZE/),
  bad(image('allocate'), 'a type that is not known', ['NAME="a"\nSIZE="1"\nTYPE="DANCE"', 1], 'ALLOCATE', /DANCE/),
  bad(image('allocate'), 'a backup', ['NAME="a"\nSIZE="1"\nTYPE="BACKUP"', 1], 'ALLOCATE', /TYPE/),
  bad(image('allocate'), 'a format that is not known', ['NAME="a"\nSIZE="1"\nFORMAT="vmdk"', 1], 'ALLOCATE', /vmdk/),
  bad(image('allocate'), 'in a system datastore', ['NAME="a"\nSIZE="1"', 0], 'ALLOCATE', /atastore/),
  bad(image('allocate'), 'in no datastore', ['NAME="a"\nSIZE="1"', 4711], 'NO_EXISTS', /datastore \[4711\]/),
  bad(image('allocate'), 'in datastore -1', ['NAME="a"\nSIZE="1"', -1], 'NO_EXISTS', /datastore \[-1\]/),
  bad(image('allocate'), 'no template', ['NAME="a" SIZE', 1], 'INTERNAL', /line 1/),
  bad(
    image('allocate'),
    "a file of the machine's, by a user",
    ['NAME="a"\nPATH="/etc/shadow"', 1],
    'AUTHORIZATION',
    /User \[2\]/,
    ANN,
  ),
  bad(
    image('allocate'),
    'a restricted attribute',
    ['NAME="a"\nSIZE="1"\nSOURCE="/x"', 1],
    'AUTHORIZATION',
    /SOURCE/,
    ANN,
  ),
];

const looking: readonly Case[] = [
  good(image('info'), 'an image', [ref('disk')], {
    document: 'IMAGE',
    has: {
      NAME: 'disk',
      TYPE: '0',
      STATE: '1',
      SIZE: '1',
      FORMAT: 'raw',
      PERSISTENT: '0',
      DATASTORE: 'default',
      RUNNING_VMS: '0',
    },
  }),
  good(image('info'), 'with decrypt', [ref('data'), false], {
    document: 'IMAGE',
    has: { NAME: 'dätä', TYPE: '2', PERSISTENT: '1' },
  }),
  bad(image('info'), 'none', [4711], 'NO_EXISTS', /image \[4711\]/),
  bad(image('info'), 'a negative id', [-1, true], 'NO_EXISTS', /image \[-1\]/),
  bad(image('info'), 'the smallest id', [-2147483648], 'NO_EXISTS', /image \[-2147483648\]/),
  bad(image('info'), 'not for others', [ref('disk')], 'AUTHORIZATION', /USE IMAGE/, ANN),
  good('one.imagepool.info', 'all', [-2, -1, -1], { document: 'IMAGE_POOL', has: { 'IMAGE/NAME': 'dätä' } }),
  good('one.imagepool.info', 'a page, and a surplus parameter', [-2, 0, -24, ''], {
    document: 'IMAGE_POOL',
    has: { 'IMAGE/NAME': 'qcow' },
  }),
  good('one.imagepool.info', 'a range', [-2, 0, 2147483647], { document: 'IMAGE_POOL', has: { 'IMAGE/NAME': 'disk' } }),
  good('one.imagepool.info', 'those of a user', [2, -1, -1], { document: 'IMAGE_POOL', has: { 'IMAGE/UNAME': 'ann' } }),
  good('one.imagepool.info', 'mine', [-3, -1, -1], { document: 'IMAGE_POOL', has: { 'IMAGE/UNAME': 'ann' } }, ANN),
  good(
    'one.imagepool.info',
    "mine and my groups'",
    [-1, -1, -1],
    { document: 'IMAGE_POOL', has: { 'IMAGE/UID': '2' } },
    ANN,
  ),
  good(
    'one.imagepool.info',
    "my primary group's",
    [-4, -1, -1],
    { document: 'IMAGE_POOL', has: { 'IMAGE/GNAME': 'users' } },
    ANN,
  ),
  bad('one.imagepool.info', 'a flag that is not known', [-5, -1, -1], 'XML_RPC_API', /Incorrect filter_flag/),
];

const changing: readonly Case[] = [
  good(image('update'), 'replace', [ref('disk'), 'DEV_PREFIX="vd"', 0]),
  good(image('update'), 'merge XML', [ref('disk'), '<TEMPLATE><NOTE>1 &lt; 2</NOTE></TEMPLATE>', 1]),
  good(image('info'), 'both', [ref('disk')], {
    document: 'IMAGE',
    has: { 'TEMPLATE/DEV_PREFIX': 'vd', 'TEMPLATE/NOTE': '1 < 2' },
  }),
  bad(image('update'), 'a wrong flag', [ref('disk'), 'A=b', 0x1000], 'XML_RPC_API'),
  bad(image('update'), 'no template', [ref('disk'), '= b', 0], 'INTERNAL', /line 1/),
  bad(image('update'), 'none', [4711, 'A=b', 0], 'NO_EXISTS'),
  good(image('rename'), 'a name', [ref('qcow'), '名前']),
  bad(image('rename'), 'a name that is taken', [ref('qcow'), 'disk'], 'ACTION', /taken/),
  bad(image('rename'), 'a name of 129 characters', [ref('qcow'), 'n'.repeat(129)], 'ACTION'),
  bad(image('rename'), 'none', [4711, 'a'], 'NO_EXISTS'),
  good(image('chmod'), 'use for others', [ref('data'), -1, -1, -1, -1, -1, -1, 1, -1, -1]),
  good(image('info'), 'by others', [ref('data')], { document: 'IMAGE', has: { 'PERMISSIONS/OTHER_U': '1' } }, ANN),
  bad(image('chmod'), 'a bit of 2', [ref('data'), 2, ...nothing.slice(1)], 'XML_RPC_API'),
  bad(
    image('chmod'),
    'an ADMIN bit by the owner',
    [ref("ann's image"), -1, -1, 1, ...nothing.slice(3)],
    'AUTHORIZATION',
    /ADMIN IMAGE/,
    ANN,
  ),
  bad(image('chmod'), 'none', [4711, ...nothing], 'NO_EXISTS'),
  good(image('chown'), 'owner and group', [ref('qcow'), 3, 1]),
  good(image('chown'), 'back', [ref('qcow'), 0, 0]),
  bad(image('chown'), 'a name that the new owner has given', [ref('disk'), 2, -1], 'ACTION', /taken/),
  bad(image('chown'), 'by the owner', [ref("ann's image"), 3, -1], 'AUTHORIZATION', /MANAGE USER/, ANN),
  bad(image('chown'), 'none', [4711, 0, 0], 'NO_EXISTS'),
  good(image('enable'), 'off', [ref('disk'), false]),
  bad(image('persistent'), 'one that is disabled', [ref('disk'), true], 'ACTION', /DISABLED/),
  good(image('enable'), 'on', [ref('disk'), true]),
  bad(image('enable'), 'none', [4711, true], 'NO_EXISTS'),
  good(image('persistent'), 'yes', [ref('disk'), true]),
  good(image('persistent'), 'no', [ref('disk'), false]),
  bad(image('persistent'), 'none', [4711, true], 'NO_EXISTS'),
  good(image('chtype'), 'a type', [ref('disk'), 'DATABLOCK']),
  good(image('info'), 'of that type', [ref('disk')], { document: 'IMAGE', has: { TYPE: '2' } }),
  good(image('chtype'), 'back', [ref('disk'), 'OS']),
  bad(image('chtype'), 'a type that is not known', [ref('disk'), 'DANCE'], 'ACTION', /DANCE/),
  bad(image('chtype'), 'a backup', [ref('disk'), 'BACKUP'], 'ACTION', /BACKUP/),
  bad(image('chtype'), 'none', [4711, 'OS'], 'NO_EXISTS'),
];

const locking: readonly Case[] = [
  good(image('lock'), 'use', [ref('disk'), 1]),
  good(image('info'), 'locked', [ref('disk')], { document: 'IMAGE', has: { 'LOCK/LOCKED': '1', 'LOCK/OWNER': '0' } }),
  bad(image('clone'), 'locked', [ref('disk'), 'copy'], 'LOCKED', /IMAGE/),
  bad(image('delete'), 'locked', [ref('disk')], 'LOCKED', /IMAGE/),
  good(image('lock'), 'again, by who locked it', [ref('disk'), 2, false]),
  bad(image('lock'), 'again, with test', [ref('disk'), 2, true], 'ACTION', /locked/),
  bad(image('rename'), 'locked for managing', [ref('disk'), 'a'], 'LOCKED', /IMAGE/),
  good(image('unlock'), 'an image', [ref('disk')]),
  good(image('unlock'), 'one that is not locked', [ref('disk')]),
  bad(image('lock'), 'a level that is not known', [ref('disk'), 9], 'XML_RPC_API'),
  bad(image('lock'), 'none', [4711, 1], 'NO_EXISTS'),
  bad(image('unlock'), 'none', [4711], 'NO_EXISTS'),
];

const copying: readonly Case[] = [
  makes(image('clone'), 'a name', [ref('disk'), 'copy'], 'copy', ready('copy')),
  makes(image('clone'), 'a name and a datastore', [ref('disk'), 'another copy', 1], 'copy 2', ready('copy 2')),
  makes(image('clone'), 'into its own datastore', [ref('disk'), 'third copy', -1], 'copy 3', ready('copy 3')),
  bad(image('clone'), 'a name that is taken', [ref('disk'), 'copy'], 'ALLOCATE', /new image\. .*taken/),
  bad(image('clone'), 'no name', [ref('disk'), ''], 'ALLOCATE', /new image/),
  bad(image('clone'), 'into no datastore', [ref('disk'), 'a', 4711], 'NO_EXISTS', /datastore/),
  bad(image('clone'), 'none', [4711, 'a'], 'NO_EXISTS', /image/),
  ...['snapshotdelete', 'snapshotrevert', 'snapshotflatten'].flatMap((method) => [
    bad(image(method), 'a snapshot that is not there', [ref('disk'), 0], 'ACTION', /snapshot 0/),
    bad(image(method), 'of no image', [4711, 0], 'NO_EXISTS'),
  ]),
  bad(image('restore'), 'what is no backup', [ref('disk'), 1, ''], 'ACTION'),
];

const ending: readonly Case[] = [
  makes(
    'one.vm.allocate',
    'that uses it',
    ['NAME="user"\nCPU="0.1"\nMEMORY="16"\nDISK=[ IMAGE="disk" ]', true],
    'image user',
  ),
  bad(image('delete'), 'in use', [ref('disk')], 'ACTION', /disk/),
  good('one.vm.action', 'ends it', ['terminate-hard', ref('image user')], undefined, {
    until: { vm: 'image user', is: [6, 0] },
  }),
  bad(image('delete'), 'by others', [ref('data')], 'AUTHORIZATION', /MANAGE IMAGE/, ANN),
  bad(image('delete'), 'none', [4711, true], 'NO_EXISTS'),
  good(image('delete'), 'without force', [ref('disk'), false]),
  ...['data', 'qcow', "ann's image", 'copy', 'copy 2', 'copy 3'].map((name) =>
    good(image('delete'), `the image "${name}"`, [ref(name)]),
  ),
  bad(image('delete'), 'twice', [ref('disk')], 'NO_EXISTS'),
];

export const imageCases: readonly Case[] = [...making, ...looking, ...changing, ...locking, ...copying, ...ending];
