import { describe, expect, it } from 'vitest';
import type { DrillSpec } from '../hypervisor.ts';
import { drillXml } from './drill-xml.ts';

const spec: DrillSpec = {
  ...{ operationId: '0123456789abcdef', memoryMb: 512, vcpu: 2, kvm: true, directory: '/run/one/0123' },
  disks: [
    {
      diskId: 0,
      target: 'vda',
      virtualBytes: 1,
      content: { socket: '/run/one/0123/disk.0.sock', exportName: 'disk.0' },
    },
    { diskId: 1, target: 'sdb', virtualBytes: 1 },
  ],
  template: [
    ['OS', [['BOOT', 'nic0,disk0'], ['FIRMWARE', 'UEFI'], ['MACHINE', 'pc']]], // prettier-ignore
    ['CPU_MODEL', [['MODEL', 'host-model']]],
    ['NIC', [['BRIDGE', 'br0']]],
    ['RAW', [['TYPE', 'kvm'], ['DATA', '<devices><hostdev/></devices>']]], // prettier-ignore
    ['GRAPHICS', [['TYPE', 'VNC'], ['LISTEN', '0.0.0.0']]], // prettier-ignore
  ],
};
const xml = drillXml(spec, 'ours').replaceAll('\n', '');

describe('the machine of a drill', () => {
  it('has no way out', () => {
    for (const out of ['<interface', '<hostdev', '<graphics', '<filesystem', 'qemu:commandline', 'br0', 'cdrom']) {
      expect(xml).not.toContain(out);
    }
  });

  it('is named after its run and marked as ours, so that it is neither a VM nor wild', () => {
    expect(xml).toContain('<name>one-drill-0123456789abcdef</name>');
    expect(xml).toContain("installation='ours'");
    expect(xml).not.toContain('<uuid>');
  });

  it('writes to overlays over what is only read, and to nothing else', () => {
    expect(xml).toContain(
      "<source file='/run/one/0123/overlay.0'/><backingStore type='network'><format type='raw'/>" +
        "<source protocol='nbd' name='disk.0'><host transport='unix' socket='/run/one/0123/disk.0.sock'/></source>" +
        "<backingStore/></backingStore><target dev='vda' bus='virtio'/><boot order='2'/>",
    );
    expect(xml).toContain("<source file='/run/one/0123/overlay.1'/><backingStore/><target dev='sdb' bus='scsi'/>");
    expect(xml).toContain('<nvram>/run/one/0123/nvram</nvram>');
  });

  it('is gone when it stops, and has what is looked at', () => {
    expect(xml).toContain('<on_poweroff>destroy</on_poweroff>');
    for (const part of [
      "<serial type='pty'><log file='/run/one/0123/console.log'",
      "<model type='vga'/>",
      'org.qemu.guest_agent.0',
    ]) {
      expect(xml).toContain(part);
    }
  });
});
