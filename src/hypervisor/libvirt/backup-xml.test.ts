import { describe, expect, it } from 'vitest';
import type { BackupBegin } from '../hypervisor.ts';
import { backupXml } from './backup-xml.ts';
import { checkpointXml } from './checkpoint-xml.ts';
import { readBackupJob, readCapabilities, readDomain } from './live-xml.ts';

const LIVE = `<domain type='kvm' id='3'>
  <uuid>1b1f0a3e-0000-4000-8000-000000000007</uuid>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file='/vms/7/disk.0' index='2'/>
      <backingStore type='file' index='3'><format type='raw'/><source file='/base'/><backingStore/></backingStore>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='disk'><source file='/vms/7/disk.1'/><backingStore/><target dev='vdb' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/></disk>
  </devices>
  <seclabel type='dynamic' model='apparmor' relabel='yes'><label>libvirt-1b1f</label></seclabel>
  <seclabel type='dynamic' model='dac' relabel='yes'><label>+64055:+107</label><imagelabel>+64055:+107</imagelabel></seclabel>
</domain>`;

const BEGIN: BackupBegin = {
  operationId: 'o',
  vmId: 7,
  domain: 'one-7',
  live: true,
  disks: [{ diskId: 1, target: 'vdb', path: '/vms/7/disk.1', format: 'raw', file: 'disk.1.0' }],
  runDirectory: '/run/one/7',
  freeze: 'NONE',
};

describe('backupXml', () => {
  it('takes the disks of the task and names every other one as left out', () => {
    expect(backupXml(BEGIN, readDomain(LIVE))).toBe(`<domainbackup mode='pull'>
<server transport='unix' socket='/run/one/7/backup.sock'/>
<disks>
<disk name='vda' backup='no'/>
<disk name='vdb' backup='yes' type='file' exportname='disk.1'>
<scratch file='/run/one/7/scratch.1'/>
</disk>
<disk name='hda' backup='no'/>
</disks>
</domainbackup>
`);
  });

  it('asks for what changed since a checkpoint, and shows it beside each export', () => {
    const xml = backupXml(BEGIN, readDomain(LIVE), 'one-7-3');
    expect(xml).toContain('<incremental>one-7-3</incremental>');
    expect(xml).toContain("exportname='disk.1' exportbitmap='changes.1'");
  });

  it('refuses a disk that the domain does not have', () => {
    const begin = { ...BEGIN, disks: [{ ...BEGIN.disks[0]!, target: 'vdz' }] };
    expect(() => backupXml(begin, readDomain(LIVE))).toThrow('no device "vdz" (it has vda, vdb, hda)');
  });

  it('is read back as the job it asks for', () => {
    const job = readBackupJob(backupXml(BEGIN, readDomain(LIVE)));
    expect(job).toEqual({ socket: '/run/one/7/backup.sock', scratch: ['/run/one/7/scratch.1'] });
  });
});

describe('checkpointXml', () => {
  it('puts a bitmap on the disks of the task alone', () => {
    expect(checkpointXml('one-7-4', BEGIN.disks, readDomain(LIVE))).toBe(`<domaincheckpoint>
<name>one-7-4</name>
<disks>
<disk name='vda' checkpoint='no'/>
<disk name='vdb' checkpoint='bitmap' bitmap='one-7-4'/>
<disk name='hda' checkpoint='no'/>
</disks>
</domaincheckpoint>
`);
  });

  it('tells libvirt of one that is there with a time, without which libvirt refuses', () => {
    expect(checkpointXml('one-7-4', BEGIN.disks, readDomain(LIVE), 1795691595)).toContain(
      '<name>one-7-4</name>\n<creationTime>1795691595</creationTime>\n',
    );
  });
});

describe('what libvirt tells', () => {
  it('names the top file of each disk and the user of QEMU', () => {
    expect(readDomain(LIVE)).toEqual({
      uuid: '1b1f0a3e-0000-4000-8000-000000000007',
      disks: [
        { target: 'vda', device: 'disk', path: '/vms/7/disk.0', index: '2' },
        { target: 'vdb', device: 'disk', path: '/vms/7/disk.1', index: '' },
        { target: 'hda', device: 'cdrom', path: '', index: '' },
      ],
      qemuUser: { uid: 64055, gid: 107 },
    });
  });

  it('names the user that QEMU will have on the host', () => {
    const model = (name: string, label: string): string =>
      `<secmodel><model>${name}</model><doi>0</doi><baselabel type='kvm'>${label}</baselabel></secmodel>`;
    const host = (models: string): string =>
      `<capabilities><host><cpu><arch>x86_64</arch></cpu>${models}</host></capabilities>`;
    const none = '<secmodel><model>none</model><doi>0</doi></secmodel>';
    expect(readCapabilities(host(none + model('dac', '+64055:+64055')))).toEqual({
      qemuUser: { uid: 64055, gid: 64055 },
      arch: 'x86_64',
    });
    expect(readCapabilities(host(none)).qemuUser).toBeUndefined();
  });
});
