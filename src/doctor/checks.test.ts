import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atLeast, judge, versionIn } from './checks.ts';
import { PROGRAMS, RSYNC_PROGRAMS, type Facts, type Finding } from './facts.ts';
import { report } from './report.ts';

const healthy: Facts = {
  stateDirectory: '/var/lib/onevault',
  libvirtUri: 'qemu:///system',
  node: '24.1.0',
  isRoot: true,
  systemd: true,
  packages: 'apt-get',
  programs: {
    ...(Object.fromEntries([...PROGRAMS, ...RSYNC_PROGRAMS].map((name) => [name, `${name} 9.1`])) as Facts['programs']),
    restic: 'restic 0.14.0 compiled with go1.19.8 on linux/amd64',
  },
  libvirt: { answers: true, version: '9.0.0', hypervisor: 'QEMU 7.2.22' },
  virtlogdAnswers: true,
  kvmDevice: true,
  kvmRuns: true,
  fuseDevice: true,
  mayMount: true,
  setprivWorks: true,
  appliance: true,
  appArmor: { enabled: false, confinesGuests: false, additions: '' },
  space: { directory: '/var/lib', freeMb: 100_000, totalMb: 200_000 },
  reach: { user: 'libvirt-qemu', blockedAt: null },
};

const ill = (over: Partial<Facts>): Finding[] =>
  judge({ ...healthy, ...over }).filter(({ verdict }) => verdict !== 'ok');
const noProgram = (name: keyof Facts['programs']) => ({ programs: { ...healthy.programs, [name]: null } });

describe('the doctor', () => {
  it('has nothing to say about a machine that is well', () => {
    expect(ill({})).toEqual([]);
  });

  it.each<[string, Partial<Facts>, Finding['verdict'], string, RegExp, RegExp]>([
    ['an old Node', { node: '20.20.2' }, 'failed', 'Node.js', /20\.20\.2 is too old/, /npm ci/],
    ['no root', { isRoot: false }, 'failed', 'user', /not root/, /sudo/],
    ['no qemu-nbd', noProgram('qemu-nbd'), 'failed', 'qemu-nbd', /not installed/, /^apt-get install qemu-utils$/],
    [
      'no qemu-img on Fedora',
      { ...noProgram('qemu-img'), packages: 'dnf' },
      'failed',
      'qemu-img',
      /not installed/,
      /^dnf install qemu-img$/,
    ],
    [
      'no libvirt',
      { libvirt: { answers: false, reason: 'no socket' } },
      'failed',
      'libvirt',
      /does not answer at qemu:\/\/\/system: no socket/,
      /systemctl start libvirtd/,
    ],
    [
      'no libvirt and no init system',
      { libvirt: { answers: false, reason: '' }, systemd: false },
      'failed',
      'libvirt',
      /does not answer/,
      /virtlogd -d; libvirtd -d/,
    ],
    [
      'a libvirt before increments',
      { libvirt: { answers: true, version: '7.6.0', hypervisor: 'QEMU 6.0.0' } },
      'warning',
      'libvirt',
      /no increments, 7\.7\.0/,
      /install/,
    ],
    [
      'an ancient libvirt',
      { libvirt: { answers: true, version: '6.9.0', hypervisor: 'QEMU 6.0.0' } },
      'failed',
      'libvirt',
      /too old/,
      /install/,
    ],
    [
      'an ancient QEMU',
      { libvirt: { answers: true, version: '9.0.0', hypervisor: 'QEMU 3.1.0' } },
      'failed',
      'QEMU',
      /3\.1\.0 is too old/,
      /install qemu-system-x86/,
    ],
    ['no virtlogd', { virtlogdAnswers: false, systemd: false }, 'failed', 'virtlogd', /starts no/, /^virtlogd -d$/],
    ['no /dev/kvm', { kvmDevice: false, kvmRuns: false }, 'warning', 'KVM', /missing/, /modprobe/],
    ['a KVM that hangs', { kvmRuns: false }, 'warning', 'KVM', /no guest runs/, /nested/],
    [
      'an old restic',
      { programs: { ...healthy.programs, restic: 'restic 0.12.1' } },
      'failed',
      'restic',
      /0\.12\.1 is too old/,
      /install restic/,
    ],
    ['no FUSE', { fuseDevice: false }, 'failed', 'FUSE', /\/dev\/fuse/, /modprobe fuse/],
    ['no right to mount', { mayMount: false }, 'failed', 'FUSE', /may not mount/, /SYS_ADMIN/],
    ['no machine for files', { appliance: false }, 'warning', 'files', /was not built/, /onevault appliance build/],
    [
      'no machine for files, and no Debian',
      { appliance: false, packages: 'dnf' },
      'warning',
      'files',
      /was not built/,
      /made on Debian/,
    ],
    ['an old setpriv', { setprivWorks: false }, 'failed', 'setpriv', /pdeathsig/, /install util-linux/],
    [
      'AppArmor around guests',
      { appArmor: { enabled: true, confinesGuests: true, additions: '/srv/** rw,' } },
      'warning',
      'AppArmor',
      /scratch files under \/var\/lib\/onevault/,
      /echo '\/var\/lib\/onevault\/\*\* rwk,'/,
    ],
    [
      'a closed directory',
      { reach: { user: 'libvirt-qemu', blockedAt: '/root' } },
      'failed',
      'reach',
      /may not enter \/root/,
      /^setfacl -m u:libvirt-qemu:x \/root$/,
    ],
    ['an untried reach', { reach: null }, 'warning', 'reach', /not tried/, /root/],
    [
      'a full disk',
      { space: { directory: '/', freeMb: 10, totalMb: 100 } },
      'failed',
      'space',
      /10 MB of 100/,
      /df -h/,
    ],
    ['little space', { space: { directory: '/', freeMb: 5000, totalMb: 9000 } }, 'warning', 'space', /5000/, /df -h/],
    ['no space to measure', { space: null }, 'failed', 'space', /cannot be measured/, /df -h/],
  ])('mends %s', (_what, over, verdict, what, found, mend) => {
    const findings = ill(over);
    expect(findings.map((finding) => [finding.what, finding.verdict])).toEqual([[what, verdict]]);
    expect(findings[0]?.found).toMatch(found);
    expect(findings[0]?.mend).toMatch(mend);
  });

  it('is content with AppArmor that knows the state directory or leaves guests alone', () => {
    const additions = '/var/lib/onevault/** rwk,';
    expect(ill({ appArmor: { enabled: true, confinesGuests: true, additions } })).toEqual([]);
    expect(ill({ appArmor: { enabled: true, confinesGuests: false, additions: '' } })).toEqual([]);
  });

  it('does not mind that nothing for rsync datastores is there, and says what they would need', () => {
    const programs = { ...healthy.programs, rsync: null, sshfs: null };
    expect(ill({ programs })).toEqual([]);
    expect(judge({ ...healthy, programs }).find(({ what }) => what === 'rsync')?.found).toBe(
      'rsync, sshfs are not installed; only datastores with DS_MAD=rsync need that: apt-get install rsync sshfs',
    );
  });

  it('gives a mending for all that is not well, and prints it', () => {
    const findings = judge({ ...healthy, ...noProgram('restic'), fuseDevice: false });
    for (const { verdict, mend } of findings) expect(mend === '').toBe(verdict === 'ok');
    expect(report(findings)).toMatch(/FAILED {3}restic .* is not installed\n +mend: apt-get install restic\n/);
    expect(report(findings)).toMatch(/\n\d+ ok, 0 warnings, 3 failed\n$/);
  });
});

describe('versions', () => {
  it('are found in what programs print', () => {
    expect(versionIn('QEMU emulator version 7.2.22 (Debian 1:7.2)')).toBe('7.2.22');
    expect(versionIn('setpriv from util-linux 2.38.1')).toBe('2.38.1');
    expect(versionIn('none')).toBeNull();
    expect(versionIn(null)).toBeNull();
  });

  it('are compared by number', () => {
    expect(atLeast('10.0', '9.9.9')).toBe(true);
    expect(atLeast('7.7', '7.7.0')).toBe(true);
    const version = fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20));
    fc.assert(
      fc.property(version, version, (a, b) => {
        const order = a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
        expect(atLeast(a.join('.'), b.join('.'))).toBe(order >= 0);
      }),
    );
  });
});
