import { expect, it } from 'vitest';
import { record, vm } from '../../tests/golden/objects.ts';
import type { WildDomain } from '../hypervisor/hypervisor.ts';
import { field, text, vectors, type Attributes } from '../model/attributes.ts';
import { VM_STATE, type Vm } from '../model/vm.ts';
import { parseTemplate } from '../wire/template-text.ts';
import { readDisks } from './disks.ts';
import { takeOver, withWilds } from './wild.ts';

const NOW = 2_000_000_000;

function wild(change: Partial<WildDomain> = {}): WildDomain {
  return {
    name: 'web "1"',
    uuid: 'AAAA-1',
    state: 'running',
    vcpu: 2,
    memoryMb: 512,
    template: [
      ['NAME', 'web "1"'],
      ['CPU', '2'],
      ['VCPU', '2'],
      ['MEMORY', '512'],
      ['OS', [['ARCH', 'x86_64']]],
      [
        'DISK',
        Object.entries({
          TARGET: 'sda',
          SOURCE: '/a/web.qcow2',
          FORMAT: 'qcow2',
          TYPE: 'FILE',
          SIZE: '9',
          PERSISTENT: 'YES',
        }),
      ],
      ['DISK', Object.entries({ TARGET: 'hda', SOURCE: '/a/cd.iso', FORMAT: 'raw', TYPE: 'CDROM', READONLY: 'YES' })],
      ['NIC', Object.entries({ MAC: '52:54:00:00:00:01', NETWORK: 'default' })],
    ],
    unsaid: ['a TPM'],
    ...change,
  };
}
const onHold = (): Vm => ({
  ...structuredClone(vm),
  name: 'mine',
  state: VM_STATE.HOLD,
  lcmState: 0,
  deployId: 'web "1"',
  imported: true,
  history: [],
  template: [['CPU', '9']],
  userTemplate: [
    ['LABEL', 'kept'],
    ['IMPORT', [['UUID', 'old']]],
  ],
});

it('lists what could be imported as templates that say where they come from', () => {
  const before: Attributes = [
    ['ARCH', 'x86_64'],
    ['VM', [['VM_NAME', 'gone']]],
    ['TOTAL_WILDS', '1'],
  ];
  const shown = withWilds(before, [wild(), wild({ name: 'off', state: 'shutoff' })]);
  expect(text(shown, 'ARCH')).toBe('x86_64');
  expect(text(shown, 'TOTAL_WILDS')).toBe('2');
  const machines = vectors(shown, 'VM');
  expect(machines.map((one) => [field(one, 'VM_NAME'), field(one, 'DEPLOY_ID'), field(one, 'STATE')])).toEqual([
    ['web "1"', 'web "1"', 'RUNNING'],
    ['off', 'off', 'POWEROFF'],
  ]);
  const template = parseTemplate(Buffer.from(field(machines[0], 'IMPORT_TEMPLATE') ?? '', 'base64').toString());
  expect(text(template, 'IMPORT_VM_ID')).toBe('web "1"');
  expect(vectors(template, 'DISK').map((disk) => field(disk, 'SOURCE'))).toEqual(['/a/web.qcow2', '/a/cd.iso']);
  const said = vectors(template, 'IMPORT')[0];
  expect([field(said, 'DOMAIN'), field(said, 'UUID')]).toEqual(['web "1"', 'AAAA-1']);
  expect(field(said, 'RESTORES')).toBe(
    'a VM with 2 CPU(s), 512 MB of memory and the content of disk sda, its way to boot',
  );
  expect(field(said, 'NOT_RESTORED')).toBe(
    'network card 52:54:00:00:00:01 on default: add NIC to the template with a network of OneVault; CDROM hda; a TPM',
  );
  expect(withWilds(shown, []).filter(([name]) => name === 'VM')).toEqual([]);
});

it('says that nothing comes back of a domain without a file', () => {
  const shown = withWilds([], [wild({ template: [['NAME', 'x']], unsaid: [] })]);
  const template = parseTemplate(
    Buffer.from(field(vectors(shown, 'VM')[0], 'IMPORT_TEMPLATE') ?? '', 'base64').toString(),
  );
  expect(field(vectors(template, 'IMPORT')[0], 'RESTORES')).toContain('nothing: it has no disk that is a file');
});

it('makes the VM what the domain is, whatever the record said', () => {
  const machine = onHold();
  takeOver(machine, wild(), { ...record }, NOW);
  expect(machine).toMatchObject({ state: 3, lcmState: 3, deployId: 'web "1"', domainUuid: 'AAAA-1', name: 'mine' });
  expect(text(machine.template, 'CPU')).toBe('2');
  expect(text(machine.template, 'VMID')).toBe(String(machine.id));
  expect(readDisks(machine.template)).toMatchObject([
    { diskId: 0, kind: 'file', imageId: -1, source: '/a/web.qcow2', format: 'qcow2', persistent: true, target: 'sda' },
    { diskId: 1, kind: 'cdrom', source: '/a/cd.iso', target: 'hda' },
  ]);
  expect(field(vectors(machine.template, 'NIC')[0], 'NIC_ID')).toBe('0');
  expect(text(machine.userTemplate, 'LABEL')).toBe('kept');
  expect(vectors(machine.userTemplate, 'IMPORT').map((one) => field(one, 'UUID'))).toEqual(['AAAA-1']);
  const off = onHold();
  takeOver(off, wild({ state: 'crashed' }), { ...record, etime: 0 }, NOW);
  expect(off).toMatchObject({ state: 8, lcmState: 0 });
});
