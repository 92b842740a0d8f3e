// one.vm.*: making, describing and configuring VMs; power, devices, snapshots and schedules are in the files beside this one.
import { FORBIDDEN, bad, good, makes, ref, type Case } from '../case.ts';

const vm = (method: string): string => `one.vm.${method}`;
const ANN = { as: 'ann' };
const VM = 'CPU="0.1"\nMEMORY="16"\n';
const nothing: readonly number[] = Array<number>(9).fill(-1);

const making: readonly Case[] = [
  makes(vm('allocate'), 'on hold', [`NAME="held"\n${VM}VCPU="2"\nNOTE="mine"\nCONTEXT=[ A="b" ]`, true], 'held'),
  makes(
    vm('allocate'),
    'XML, not on hold',
    ['<TEMPLATE><NAME>läuft</NAME><CPU>0.1</CPU><MEMORY>16</MEMORY></TEMPLATE>', false],
    'running',
    {
      until: { vm: 'running', is: [3, 3] },
    },
  ),
  makes(vm('allocate'), 'a template alone, no name', [VM], 'nameless', { until: { vm: 'nameless', is: [3, 3] } }),
  makes(vm('allocate'), 'by a user', [`NAME="hers"\n${VM}`, true], 'hers', ANN),
  makes(vm('allocate'), 'a name that another has', [`NAME="held"\n${VM}`, true], 'namesake'),
  makes(
    vm('allocate'),
    'a backup configuration',
    [`${VM}BACKUP_CONFIG=[ KEEP_LAST="4", MODE="FULL", FS_FREEZE="agent" ]`, true],
    'configured',
  ),
  bad(vm('allocate'), 'no memory', ['CPU="1"'], 'ALLOCATE', /new virtual machine\. .*MEMORY/),
  bad(vm('allocate'), 'no CPU', ['MEMORY="16"'], 'ALLOCATE', /new virtual machine\. .*CPU/),
  bad(vm('allocate'), 'a memory that is no number', ['CPU="1"\nMEMORY="much"'], 'ALLOCATE', /much/),
  bad(vm('allocate'), 'a CPU of nothing', ['CPU="0"\nMEMORY="16"'], 'ALLOCATE', /CPU/),
  bad(vm('allocate'), 'half a VCPU', [`${VM}VCPU="0.5"`], 'ALLOCATE', /VCPU/),
  bad(vm('allocate'), 'a name that cannot be', [`NAME="a#b"\n${VM}`], 'ALLOCATE', /new virtual machine/),
  bad(vm('allocate'), 'an image that is not there', [`${VM}DISK=[ IMAGE_ID="4711" ]`], 'NO_EXISTS', /image \[4711\]/),
  bad(vm('allocate'), 'an image of another name', [`${VM}DISK=[ IMAGE="nothing" ]`], 'NO_EXISTS', /image \[nothing\]/),
  bad(
    vm('allocate'),
    'a network that is not there',
    [`${VM}NIC=[ NETWORK_ID="4711" ]`],
    'NO_EXISTS',
    /virtual network \[4711\]/,
  ),
  bad(vm('allocate'), 'a text for a vector', [`${VM}DISK="disk"`], 'INTERNAL', /DISK/),
  bad(vm('allocate'), 'a disk without anything', [`${VM}DISK=[ A="b" ]`], 'ALLOCATE', /DISK 0/),
  bad(vm('allocate'), 'no mode of a backup', [`${VM}BACKUP_CONFIG=[ MODE="DANCE" ]`], 'INTERNAL', /DANCE/),
  bad(vm('allocate'), 'no template', ['CPU=1 MEMORY'], 'INTERNAL', /line 1/),
  bad(
    vm('allocate'),
    'a restricted attribute',
    [`${VM}RAW=[ TYPE="kvm", DATA="x" ]`, true],
    'AUTHORIZATION',
    /RAW/,
    ANN,
  ),
];

const looking: readonly Case[] = [
  good(vm('info'), 'on hold', [ref('held')], {
    document: 'VM',
    has: {
      NAME: 'held',
      STATE: '2',
      LCM_STATE: '0',
      UNAME: 'oneadmin',
      RESCHED: '0',
      'TEMPLATE/VCPU': '2',
      'USER_TEMPLATE/NOTE': 'mine',
    },
  }),
  good(vm('info'), 'running, with decrypt', [ref('running'), true], {
    document: 'VM',
    has: { NAME: 'läuft', STATE: '3', LCM_STATE: '3', 'HISTORY_RECORDS/HISTORY/SEQ': '0', DEPLOY_ID: /^one-\d+$/ },
  }),
  good(vm('info'), 'named by its id', [ref('nameless'), false], { document: 'VM', has: { NAME: /^one-\d+$/ } }),
  good(vm('info'), 'its backups', [ref('configured')], {
    document: 'VM',
    has: {
      'BACKUPS/BACKUP_CONFIG/KEEP_LAST': '4',
      'BACKUPS/BACKUP_CONFIG/FS_FREEZE': 'AGENT',
      'BACKUPS/BACKUP_CONFIG/MODE': 'FULL',
    },
  }),
  bad(vm('info'), 'none', [4711], 'NO_EXISTS', /virtual machine \[4711\]/),
  bad(vm('info'), 'a negative id', [-1], 'NO_EXISTS', /virtual machine \[-1\]/),
  bad(vm('info'), 'the largest id', [2147483647, true], 'NO_EXISTS', /virtual machine/),
  bad(vm('info'), 'not for others', [ref('held')], 'AUTHORIZATION', /User \[2\].*USE VM/, ANN),
];

const describing: readonly Case[] = [
  good(vm('update'), 'replace, left out', [ref('held'), 'A="1"']),
  good(vm('update'), 'merge', [ref('held'), '<TEMPLATE><B><![CDATA[é "quoted" & <more>]]></B></TEMPLATE>', 1]),
  good(vm('info'), 'both', [ref('held')], {
    document: 'VM',
    has: { 'USER_TEMPLATE/A': '1', 'USER_TEMPLATE/B': 'é "quoted" & <more>' },
  }),
  good(vm('update'), 'nothing at all', [ref('held'), '', 0]),
  good(vm('update'), 'an empty value', [ref('held'), 'A=""', 1]),
  bad(vm('update'), 'a wrong flag', [ref('held'), 'A=b', 0x1000], 'XML_RPC_API', /4096/),
  bad(vm('update'), 'a negative flag', [ref('held'), 'A=b', -1], 'XML_RPC_API'),
  bad(vm('update'), 'no template', [ref('held'), 'A', 1], 'INTERNAL', /line 1/),
  bad(vm('update'), 'none', [4711, 'A=b', 1], 'NO_EXISTS'),
  bad(vm('update'), 'not for others', [ref('held'), 'A=b', 1], 'AUTHORIZATION', /MANAGE VM/, ANN),
  bad(
    vm('update'),
    'a restricted attribute',
    [ref('hers'), 'USER_PRIORITY="9"', 1],
    'AUTHORIZATION',
    /USER_PRIORITY/,
    ANN,
  ),
  good(vm('rename'), 'a name', [ref('held'), 'gehalten ü']),
  good(vm('rename'), 'a name that another has', [ref('namesake'), 'gehalten ü']),
  bad(vm('rename'), 'empty', [ref('held'), ''], 'ACTION', /NAME/),
  bad(vm('rename'), '129 characters', [ref('held'), 'v'.repeat(129)], 'ACTION', /128/),
  ...FORBIDDEN.map((character) =>
    bad(vm('rename'), JSON.stringify(character), [ref('held'), `a${character}b`], 'ACTION', /NAME/),
  ),
  bad(vm('rename'), 'none', [4711, 'a'], 'NO_EXISTS'),
];

const owning: readonly Case[] = [
  good(vm('chmod'), 'nothing', [ref('held'), ...nothing]),
  good(vm('chmod'), 'all nine', [ref('held'), 1, 1, 1, 1, 0, 0, 1, 0, 0]),
  good(
    vm('info'),
    'by others',
    [ref('held')],
    { document: 'VM', has: { 'PERMISSIONS/OWNER_A': '1', 'PERMISSIONS/OTHER_U': '1', 'PERMISSIONS/GROUP_M': '0' } },
    ANN,
  ),
  bad(vm('chmod'), 'a bit of 2', [ref('held'), 2, ...nothing.slice(1)], 'XML_RPC_API'),
  bad(vm('chmod'), 'a bit of -2', [ref('held'), -2, ...nothing.slice(1)], 'XML_RPC_API'),
  bad(vm('chmod'), 'none', [4711, ...nothing], 'NO_EXISTS'),
  good(vm('chmod'), 'by the owner', [ref('hers'), 1, 1, -1, 1, 0, -1, 0, 0, -1], undefined, ANN),
  bad(
    vm('chmod'),
    'an ADMIN bit by the owner',
    [ref('hers'), 1, 1, 1, 0, 0, 0, 0, 0, 0],
    'AUTHORIZATION',
    /ADMIN VM/,
    ANN,
  ),
  good(vm('chown'), 'nothing', [ref('held'), -1, -1]),
  good(vm('chown'), 'owner and group', [ref('held'), 2, 1]),
  good(
    vm('info'),
    'of another',
    [ref('held')],
    { document: 'VM', has: { UID: '2', GID: '1', UNAME: 'ann', GNAME: 'users' } },
    ANN,
  ),
  good(vm('chown'), 'back', [ref('held'), 0, 0]),
  bad(vm('chown'), 'to nobody', [ref('held'), 4711, -1], 'NO_EXISTS', /user \[4711\]/),
  bad(vm('chown'), 'to no group', [ref('held'), -1, 4711], 'NO_EXISTS', /group \[4711\]/),
  bad(vm('chown'), 'to somebody else', [ref('hers'), 3, -1], 'AUTHORIZATION', /MANAGE USER/, ANN),
  bad(vm('chown'), 'none', [4711, 0, 0], 'NO_EXISTS'),
  good(vm('lock'), 'use', [ref('hers'), 1], undefined, ANN),
  good(vm('info'), 'locked', [ref('hers')], { document: 'VM', has: { 'LOCK/LOCKED': '1', 'LOCK/OWNER': '2' } }, ANN),
  bad(vm('update'), 'locked', [ref('hers'), 'A=b', 1], 'LOCKED', /VM/, ANN),
  bad(vm('rename'), 'locked, by oneadmin', [ref('hers'), 'a'], 'LOCKED', /VM/),
  bad(vm('backup'), 'locked, by oneadmin', [ref('hers'), 1], 'LOCKED', /VM/),
  bad(vm('lock'), 'with test', [ref('hers'), 2, true], 'ACTION', /locked/, ANN),
  good(vm('lock'), 'by an administrator', [ref('hers'), 4, false]),
  bad(vm('unlock'), 'by the owner, who has not locked it', [ref('hers')], 'AUTHORIZATION', /User \[2\]/, ANN),
  good(vm('unlock'), 'a VM', [ref('hers')]),
  bad(vm('lock'), 'a level that is not known', [ref('hers'), 0], 'XML_RPC_API'),
  bad(vm('lock'), 'none', [4711, 1], 'NO_EXISTS'),
  bad(vm('unlock'), 'none', [4711], 'NO_EXISTS'),
];

const configuring: readonly Case[] = [
  good(vm('updateconf'), 'replace, left out', [ref('held'), 'OS=[ BOOT="" ]\nBACKUP_CONFIG=[ KEEP_LAST="2" ]']),
  good(vm('updateconf'), 'merge', [
    ref('held'),
    '<TEMPLATE><BACKUP_CONFIG><FS_FREEZE>SUSPEND</FS_FREEZE></BACKUP_CONFIG></TEMPLATE>',
    1,
  ]),
  good(vm('info'), 'configured in both ways', [ref('held')], {
    document: 'VM',
    has: { 'BACKUPS/BACKUP_CONFIG/KEEP_LAST': '2', 'BACKUPS/BACKUP_CONFIG/FS_FREEZE': 'SUSPEND' },
  }),
  good(vm('updateconf'), 'what the system keeps, sent back', [
    ref('held'),
    'BACKUP_CONFIG=[ MODE="FULL", INCREMENTAL_BACKUP_ID="7", LAST_INCREMENT_ID="7", LAST_BACKUP_ID="x" ]',
    0,
  ]),
  good(vm('info'), 'which it has not become', [ref('held')], {
    document: 'VM',
    has: { 'BACKUPS/BACKUP_CONFIG/INCREMENTAL_BACKUP_ID': '-1' },
  }),
  good(vm('updateconf'), "as Ruby's backupmode asks", [ref('held'), 'BACKUP_CONFIG = ["MODE"="FULL"]', 0]),
  good(vm('updateconf'), 'a running VM', [ref('running'), 'BACKUP_CONFIG=[ MODE="FULL" ]', 1]),
  bad(
    vm('updateconf'),
    'a mode that is not known',
    [ref('held'), 'BACKUP_CONFIG=[ MODE="DANCE" ]', 1],
    'INTERNAL',
    /DANCE/,
  ),
  bad(
    vm('updateconf'),
    'a freeze that is not known',
    [ref('held'), 'BACKUP_CONFIG=[ FS_FREEZE="ICE" ]', 1],
    'INTERNAL',
    /ICE/,
  ),
  bad(
    vm('updateconf'),
    'increments of what has no disk for them',
    [ref('held'), 'BACKUP_CONFIG=[ MODE="INCREMENT" ]\nA=b', 7],
    'XML_RPC_API',
  ),
  bad(vm('updateconf'), 'no template', [ref('held'), 'A=[', 1], 'INTERNAL', /line 1/),
  bad(vm('updateconf'), 'none', [4711, 'OS=[ BOOT="" ]', 1], 'NO_EXISTS'),
  bad(vm('updateconf'), 'not for others', [ref('running'), 'OS=[ BOOT="" ]', 1], 'AUTHORIZATION', /MANAGE VM/, ANN),
];

export const vmCases: readonly Case[] = [...making, ...looking, ...describing, ...owning, ...configuring];
