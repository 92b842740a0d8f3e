// one.template.* and one.templatepool.*
import { bad, good, makes, ref, type Case } from '../case.ts';

const template = (method: string): string => `one.template.${method}`;
const ANN = { as: 'ann' };
const VM = 'CPU="0.1"\nMEMORY="16"\n';
const nothing: readonly number[] = Array<number>(9).fill(-1);

const making: readonly Case[] = [
  makes('one.image.allocate', 'for templates', ['NAME="disk of a template"\nSIZE="1"\nFORMAT="raw"', 1], 't image', {
    until: { image: 't image', is: 1 },
  }),
  makes(template('allocate'), 'text', [`NAME="small"\n${VM}NOTE="a, b = [c]"`], 'small'),
  makes(
    template('allocate'),
    'XML',
    ['<TEMPLATE><NAME>x-small</NAME><CPU>0.1</CPU><MEMORY>16</MEMORY></TEMPLATE>'],
    'x-small',
  ),
  makes(
    template('allocate'),
    'with a DISK',
    [(id) => `NAME="with disk"\n${VM}DISK=[ IMAGE_ID="${id('t image')}" ]`],
    'with disk',
  ),
  makes(template('allocate'), 'by a user', [`NAME="small"\n${VM}`], "ann's", ANN),
  bad(template('allocate'), 'no name', [VM], 'ALLOCATE', /new virtual machine template\. .*NAME/),
  bad(template('allocate'), 'an empty name', ['NAME=""'], 'ALLOCATE', /new virtual machine template/),
  bad(
    template('allocate'),
    'a name that its owner has given',
    ['NAME="small"'],
    'ALLOCATE',
    /new virtual machine template\. .*taken/,
  ),
  bad(
    template('allocate'),
    'a name of 129 characters',
    [`NAME="${'t'.repeat(129)}"`],
    'ALLOCATE',
    /new virtual machine template/,
  ),
  bad(template('allocate'), 'text that is no template', ['NAME'], 'INTERNAL', /line 1/),
  bad(template('allocate'), 'a vector that does not end', ['NAME="a"\nDISK=[ A="b"'], 'INTERNAL', /line 2/),
  bad(template('allocate'), 'XML that does not end', ['<TEMPLATE><NAME>a</NAME>'], 'INTERNAL'),
  bad(template('allocate'), 'an empty text', [''], 'ALLOCATE', /NAME/),
];

const looking: readonly Case[] = [
  good(template('info'), 'a template', [ref('small')], {
    document: 'VMTEMPLATE',
    has: { NAME: 'small', 'TEMPLATE/NOTE': 'a, b = [c]', 'TEMPLATE/CPU': '0.1' },
  }),
  good(template('info'), 'not extended', [ref('with disk'), false], { document: 'VMTEMPLATE' }),
  good(template('info'), 'extended and decrypt', [ref('with disk'), true, true], {
    document: 'VMTEMPLATE',
    has: { 'TEMPLATE/DISK/IMAGE': 'disk of a template', 'TEMPLATE/DISK/SIZE': '1' },
  }),
  bad(template('info'), 'none', [4711], 'NO_EXISTS', /virtual machine template \[4711\]/),
  bad(template('info'), 'not for others', [ref('small')], 'AUTHORIZATION', /USE TEMPLATE/, ANN),
  good('one.templatepool.info', 'all', [-2, -1, -1], {
    document: 'VMTEMPLATE_POOL',
    has: { 'VMTEMPLATE/NAME': 'x-small' },
  }),
  good('one.templatepool.info', 'a page, and a surplus parameter', [-2, 0, -24, ''], {
    document: 'VMTEMPLATE_POOL',
    has: { 'VMTEMPLATE/NAME': 'x-small' },
  }),
  good(
    'one.templatepool.info',
    'mine',
    [-3, -1, -1],
    { document: 'VMTEMPLATE_POOL', has: { 'VMTEMPLATE/UNAME': 'ann' } },
    ANN,
  ),
  bad('one.templatepool.info', 'a flag that is not known', [-5, -1, -1], 'XML_RPC_API', /filter_flag/),
];

const changing: readonly Case[] = [
  good(template('update'), 'replace', [ref('x-small'), VM, 0]),
  good(template('update'), 'merge', [ref('x-small'), 'LOGO="x"', 1]),
  good(template('info'), 'both', [ref('x-small')], {
    document: 'VMTEMPLATE',
    has: { 'TEMPLATE/CPU': '0.1', 'TEMPLATE/LOGO': 'x' },
  }),
  bad(template('update'), 'a wrong flag', [ref('x-small'), VM, 0x1000], 'XML_RPC_API'),
  bad(template('update'), 'none', [4711, VM, 0], 'NO_EXISTS'),
  good(template('rename'), 'a name', [ref('x-small'), 'very small']),
  bad(template('rename'), 'a name that is taken', [ref('x-small'), 'small'], 'ACTION', /taken/),
  bad(template('rename'), 'a quote', [ref('x-small'), "it's"], 'ACTION'),
  bad(template('rename'), 'none', [4711, 'a'], 'NO_EXISTS'),
  good(template('chmod'), 'use for others', [ref('small'), -1, -1, -1, -1, -1, -1, 1, -1, -1]),
  good(
    template('info'),
    'by others',
    [ref('small')],
    { document: 'VMTEMPLATE', has: { 'PERMISSIONS/OTHER_U': '1' } },
    ANN,
  ),
  good(template('chmod'), 'with its images', [ref('with disk'), 1, 1, 0, 1, 0, 0, 0, 0, 0, true]),
  good('one.image.info', 'its image', [ref('t image')], { document: 'IMAGE', has: { 'PERMISSIONS/GROUP_U': '1' } }),
  bad(template('chmod'), 'a bit of 7', [ref('small'), 7, ...nothing.slice(1)], 'XML_RPC_API'),
  bad(template('chmod'), 'none', [4711, ...nothing], 'NO_EXISTS'),
  good(template('chown'), 'owner and group', [ref('x-small'), 2, 1]),
  bad(template('chown'), 'a name that the new owner has given', [ref('small'), 2, -1], 'ACTION', /taken/),
  bad(template('chown'), 'to nobody', [ref('small'), 4711, -1], 'NO_EXISTS', /user/),
  good(template('lock'), 'admin', [ref('small'), 3, false]),
  good(template('instantiate'), 'locked for administration', [ref('small'), '', true], { id: 'new' }),
  good(template('lock'), 'all, which is kept as 1', [ref('small'), 4]),
  good(template('info'), 'locked', [ref('small')], {
    document: 'VMTEMPLATE',
    has: { 'LOCK/LOCKED': '1', 'LOCK/OWNER': '0' },
  }),
  bad(template('instantiate'), 'locked', [ref('small'), ''], 'LOCKED', /TEMPLATE/),
  bad(template('clone'), 'locked', [ref('small'), 'copy'], 'LOCKED'),
  bad(template('lock'), 'a level that is not known', [ref('small'), 0], 'XML_RPC_API'),
  bad(template('unlock'), 'by others', [ref('small')], 'AUTHORIZATION', /TEMPLATE/, ANN),
  good(template('unlock'), 'a template', [ref('small')]),
  bad(template('unlock'), 'none', [4711], 'NO_EXISTS'),
];

const using: readonly Case[] = [
  makes(template('instantiate'), 'a name alone', [ref('small'), 'first'], 'first', {
    until: { vm: 'first', is: [3, 3] },
  }),
  makes(
    template('instantiate'),
    'hold, an extra template',
    [ref('small'), '', true, 'MEMORY="32"\nNOTE="mine"'],
    'second',
  ),
  makes(
    template('instantiate'),
    'everything',
    [ref('small'), 'third', true, '<TEMPLATE><A>ü</A></TEMPLATE>', false],
    'third',
    ANN,
  ),
  good('one.vm.info', 'from a template', [ref('second')], {
    document: 'VM',
    has: { NAME: /^small-\d+$/, 'TEMPLATE/MEMORY': '32', 'USER_TEMPLATE/NOTE': 'mine', STATE: '2' },
  }),
  bad(template('instantiate'), 'none', [4711, ''], 'NO_EXISTS', /template \[4711\]/),
  bad(template('instantiate'), 'a name that cannot be', [ref('small'), 'a/b'], 'ALLOCATE', /new virtual machine\. /),
  bad(template('instantiate'), 'an extra that is no template', [ref('small'), '', true, 'A=['], 'INTERNAL'),
  bad(template('instantiate'), 'what cannot be a VM', [ref('small'), '', true, 'MEMORY="none"'], 'ALLOCATE', /MEMORY/),
  bad(
    template('instantiate'),
    'a restricted attribute',
    [ref('small'), '', true, 'RAW=[ TYPE="kvm", DATA="x" ]'],
    'AUTHORIZATION',
    /RAW/,
    ANN,
  ),
  makes(template('clone'), 'a name', [ref('small'), 'small, again'], 'clone'),
  makes(template('clone'), 'with its images', [ref('with disk'), 'deep', true], 'deep'),
  bad(template('clone'), 'a name that is taken', [ref('small'), 'small'], 'ALLOCATE', /taken/),
  bad(template('clone'), 'none', [4711, 'a'], 'NO_EXISTS'),
  bad(template('clone'), 'no name', [ref('small'), ''], 'ALLOCATE', /NAME/),
];

const ending: readonly Case[] = [
  ...['first', 'second', 'third'].map((vm) =>
    good('one.vm.action', `ends the VM "${vm}"`, ['terminate-hard', ref(vm)], undefined, { until: { vm, is: [6, 0] } }),
  ),
  bad(template('delete'), 'by others', [ref('small')], 'AUTHORIZATION', /MANAGE TEMPLATE/, ANN),
  bad(template('delete'), 'none', [4711, true], 'NO_EXISTS'),
  ...['small', 'x-small', "ann's", 'clone'].map((name) =>
    good(template('delete'), `the template "${name}"`, [ref(name)]),
  ),
  good(template('delete'), 'with its images', [ref('with disk'), true]),
  bad('one.image.info', 'its image, which is gone', [ref('t image')], 'NO_EXISTS'),
  good(template('delete'), 'not with its images', [ref('deep'), false]),
  bad(template('delete'), 'twice', [ref('small')], 'NO_EXISTS'),
];

export const templateCases: readonly Case[] = [...making, ...looking, ...changing, ...using, ...ending];
