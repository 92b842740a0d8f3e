import { describe, expect, it } from 'vitest';
import { describeWild } from './wild-template.ts';

const GOLDEN = '../../../tests/golden/domain';
const domain = (devices: string, rest = ''): string => `<domain type='kvm'><name>web &amp; mail</name>
<uuid>d8fb2568-41d0-4298-892e-47d7d30c2880</uuid>
<metadata><app:x xmlns:app='urn:a'><memory>1</memory><devices><disk/></devices></app:x></metadata>
<memory unit='KiB'>1048577</memory><currentMemory unit='KiB'>1048577</currentMemory><vcpu placement='static'>2</vcpu>
${rest || "<os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type></os><features><acpi/></features><clock offset='utc'/>"}
<devices><emulator>/usr/bin/qemu</emulator>${devices}<memballoon model='virtio'/></devices></domain>`;
const file = (target: string, more = '', source = "file='/vms/web.img'", driver = "type='raw'"): string =>
  `<disk type='file' device='disk'><driver name='qemu' ${driver}/><source ${source}/><target dev='${target}' bus='virtio'/>${more}</disk>`;
const describe1 = (xml: string, sizes = new Map([['vda', 3 * 1024 ** 2 + 1]])) =>
  describeWild({ current: xml, defined: xml, sizes });

describe('describeWild', () => {
  it('says what a template can say', async () => {
    const xml = domain(
      `${file('vda', "<boot order='2'/><iotune><total_iops_sec>500</total_iops_sec></iotune>", undefined, "type='qcow2' cache='none' discard='unmap'")}
<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='/iso/a.iso'/><target dev='hda' bus='ide'/><readonly/><boot order='3'/></disk>
<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/><target dev='vnet0'/><model type='e1000'/><boot order='1'/></interface>
<interface type='network'><mac address='52:54:00:00:00:02'/><source network='lan' bridge='virbr0' portid='x'/><model type='virtio'/></interface>
<serial type='pty'><target port='0'/></serial><console type='pty'/><input type='mouse' bus='ps2'/>
<channel type='unix'><source mode='bind' path='/x'/><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>
<graphics type='vnc' port='5901' autoport='yes' listen='127.0.0.1' keymap='de'><listen type='address'/></graphics>
<video><model type='cirrus'/></video><audio id='1' type='none'/><rng model='virtio'/>`,
      `<description>shop</description><os firmware='efi'><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><loader type='pflash'>/ovmf</loader></os>
<features><acpi/><apic/></features><cpu mode='host-model' check='partial'/><clock offset='localtime'/>`,
    ).replace("bus='ide'", "bus='sata'");
    const sizes = new Map([
      ['vda', 3 * 1024 ** 2 + 1],
      ['hda', 1024 ** 2],
    ]);
    const { template, unsaid, vcpu, memoryMb } = describe1(xml, sizes);
    expect([vcpu, memoryMb, unsaid]).toEqual([2, 1025, []]);
    await expect(`${JSON.stringify(template, null, 1)}\n`).toMatchFileSnapshot(`${GOLDEN}/wild-template.json`);
  });

  it.each([
    [
      "<disk type='block' device='disk'><driver type='raw'/><source dev='/dev/sdb'/><target dev='vdb'/></disk>",
      /disk vdb.*type block/,
    ],
    ["<disk type='file' device='floppy'><source file='/a'/><target dev='fda'/></disk>", /disk fda.*floppy/],
    ["<disk type='file' device='cdrom'><target dev='hda' bus='ide'/></disk>", /disk hda.*without a medium/],
    [file('vdb', '', "file='/a'", "type='vmdk'"), /disk vdb.*vmdk/],
  ])('names a disk that a template cannot have', (disk, words) => {
    const { template, unsaid } = describe1(domain(disk));
    expect(unsaid).toEqual([expect.stringMatching(words)]);
    expect(template.filter(([name]) => name === 'DISK')).toEqual([]);
  });

  it.each([
    [domain(file('vda', '<serial>X</serial>')), 'disk vda: serial'],
    [
      domain(file('vda', '<iotune><write_iops_sec_max>1</write_iops_sec_max></iotune>')),
      'disk vda: write_iops_sec_max',
    ],
    [domain(file('vda').replace("bus='virtio'", "bus='usb'")), 'disk vda: bus usb, which becomes virtio'],
    [
      domain("<interface type='direct'><mac address='52:54:00:00:00:03'/></interface>"),
      'network card 52:54:00:00:00:03: connected by direct',
    ],
    [
      domain("<interface type='bridge'><mac address='52:54:00:00:00:03'/><source bridge='b'/><vlan/></interface>"),
      'network card 52:54:00:00:00:03: vlan',
    ],
    [domain("<tpm model='tpm-crb'><backend type='emulator'/></tpm>"), 'device tpm (tpm-crb)'],
    [
      domain("<channel type='spicevmc'><target name='com.redhat.spice.0'/></channel>"),
      'device channel (spicevmc, com.redhat.spice.0)',
    ],
    [domain("<video><model type='qxl'/></video>"), 'device video (qxl)'],
    [domain('', "<os><type machine='pc'>hvm</type><nvram>/n</nvram></os><clock offset='utc'/>"), 'os: nvram'],
    [domain('', "<os/><features><hyperv/></features><clock offset='utc'/>"), 'feature hyperv'],
    [
      domain('', "<os/><cpu mode='custom'><model>Skylake</model><topology/></cpu><clock offset='utc'/>"),
      'cpu: topology',
    ],
    [domain('', "<os/><clock offset='utc'/><memoryBacking><hugepages/></memoryBacking>"), 'memoryBacking'],
    [
      domain('').replace("<currentMemory unit='KiB'>1048577", "<currentMemory unit='KiB'>1000"),
      'a memory balloon that is smaller than its memory',
    ],
  ])('leaves nothing unsaid that a restore would lose', (xml, words) => {
    expect(describe1(xml).unsaid).toContain(words);
  });

  it('says that the size of a disk is not known', () => {
    const { template, unsaid } = describe1(domain(file('vda')), new Map());
    expect(unsaid).toEqual(['disk vda: its size could not be read']);
    expect(JSON.stringify(template)).not.toContain('SIZE');
  });

  it.each([
    [['hd', 'network'], 'disk0,nic0'],
    [['cdrom', 'hd'], 'disk0'],
  ])('turns kinds of devices into the first of each', (kinds, wanted) => {
    const boots = kinds.map((kind) => `<boot dev='${kind}'/>`).join('');
    const nic = "<interface type='bridge'><mac address='52:54:00:00:00:03'/><source bridge='b'/></interface>";
    const { template } = describe1(
      domain(file('vda') + nic, `<os><type machine='pc'>hvm</type>${boots}</os><clock offset='utc'/>`),
    );
    expect(template).toContainEqual(['OS', expect.arrayContaining([['BOOT', wanted]])]);
  });
});
