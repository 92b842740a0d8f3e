// Judges a machine: what OneVault needs, what it found, and the exact command that mends it. Pure.
import { PROGRAMS, RSYNC_PROGRAMS, type Facts, type Finding, type Program } from './facts.ts';

/** Increments need checkpoints that survive: libvirt 7.7. Full backups in pull mode need 7.2 and QEMU 4.2. */
const LIBVIRT_NEEDED = '7.2.0';
const LIBVIRT_INCREMENTS = '7.7.0';
const QEMU_NEEDED = '4.2.0';
const RESTIC_NEEDED = '0.14.0';
const NODE_NEEDED = '24.0.0';
const FULL_MB = 512;
const SCARCE_MB = 10 * 1024;

const PACKAGES: Record<Program, { 'apt-get': string; dnf: string }> = {
  virsh: { 'apt-get': 'libvirt-clients', dnf: 'libvirt-client' },
  'qemu-system-x86_64': { 'apt-get': 'qemu-system-x86', dnf: 'qemu-kvm' },
  'qemu-img': { 'apt-get': 'qemu-utils', dnf: 'qemu-img' },
  'qemu-nbd': { 'apt-get': 'qemu-utils', dnf: 'qemu-img' },
  restic: { 'apt-get': 'restic', dnf: 'restic' },
  rsync: { 'apt-get': 'rsync', dnf: 'rsync' },
  ssh: { 'apt-get': 'openssh-client', dnf: 'openssh-clients' },
  sshfs: { 'apt-get': 'sshfs', dnf: 'fuse-sshfs' },
  mount: { 'apt-get': 'mount', dnf: 'util-linux' },
  umount: { 'apt-get': 'mount', dnf: 'util-linux' },
  setpriv: { 'apt-get': 'util-linux', dnf: 'util-linux' },
  prlimit: { 'apt-get': 'util-linux', dnf: 'util-linux' },
  unshare: { 'apt-get': 'util-linux', dnf: 'util-linux' },
  flock: { 'apt-get': 'util-linux', dnf: 'util-linux' },
  mke2fs: { 'apt-get': 'e2fsprogs', dnf: 'e2fsprogs' },
  mkswap: { 'apt-get': 'util-linux', dnf: 'util-linux' },
  setfacl: { 'apt-get': 'acl', dnf: 'acl' },
};

/** Everything the doctor has to say, in the order to mend it in. */
export function judge(facts: Facts): Finding[] {
  return [
    node(facts),
    root(facts),
    ...programs(facts),
    libvirt(facts),
    virtlogd(facts),
    qemu(facts),
    kvm(facts),
    restic(facts),
    rsync(facts),
    fuse(facts),
    setpriv(facts),
    appliance(facts),
    appArmor(facts),
    reach(facts),
    space(facts),
  ];
}

function node({ node }: Facts): Finding {
  if (atLeast(node, NODE_NEEDED)) return ok('Node.js', node);
  return failed(
    'Node.js',
    `${node} is too old, ${NODE_NEEDED} is needed`,
    'Install OneVault anew: its packages bring Node.js; in a clone, npm ci.',
  );
}

function root({ isRoot }: Facts): Finding {
  if (isRoot) return ok('user', 'root');
  return failed('user', 'not root: disks cannot be read and nothing can be mounted', 'sudo onevault doctor');
}

/** One finding when all are there, one for each that is missing. */
function programs(facts: Facts): Finding[] {
  const missing = PROGRAMS.filter((name) => facts.programs[name] === null);
  if (missing.length === 0) return [ok('programs', `all ${PROGRAMS.length} are installed`)];
  return missing.map((name) => failed(name, 'is not installed', install(facts, name)));
}

function libvirt(facts: Facts): Finding {
  const { libvirt } = facts;
  const package_ = facts.packages === 'apt-get' ? 'libvirt-daemon-system' : 'libvirt-daemon-kvm';
  if (!libvirt.answers) {
    const start = facts.systemd ? 'systemctl start libvirtd' : 'virtlogd -d; libvirtd -d';
    return failed(
      'libvirt',
      `does not answer at ${facts.libvirtUri}: ${libvirt.reason}`,
      `${start}   # if it is not installed: ${facts.packages} install ${package_}`,
    );
  }
  const upgrade = `${facts.packages} install ${package_}   # from a newer release of the system`;
  if (!atLeast(libvirt.version, LIBVIRT_NEEDED)) {
    return failed('libvirt', `${libvirt.version} is too old, ${LIBVIRT_NEEDED} is needed`, upgrade);
  }
  if (!atLeast(libvirt.version, LIBVIRT_INCREMENTS)) {
    return warning('libvirt', `${libvirt.version} makes no increments, ${LIBVIRT_INCREMENTS} does`, upgrade);
  }
  return ok('libvirt', `${libvirt.version} answers at ${facts.libvirtUri}`);
}

function virtlogd(facts: Facts): Finding {
  if (facts.virtlogdAnswers) return ok('virtlogd', 'answers');
  const start = facts.systemd ? 'systemctl start virtlogd.socket' : 'virtlogd -d';
  return failed('virtlogd', 'does not answer, so libvirt starts no virtual machine', start);
}

function qemu(facts: Facts): Finding {
  const printed = facts.libvirt.answers ? facts.libvirt.hypervisor : facts.programs['qemu-system-x86_64'];
  const version = versionIn(printed);
  if (version === null) return failed('QEMU', 'its version is not known', install(facts, 'qemu-system-x86_64'));
  if (atLeast(version, QEMU_NEEDED)) return ok('QEMU', version);
  return failed('QEMU', `${version} is too old, ${QEMU_NEEDED} is needed`, install(facts, 'qemu-system-x86_64'));
}

function kvm(facts: Facts): Finding {
  if (facts.kvmRuns === true) return ok('KVM', 'a guest ran');
  const slow = 'guests run without it, many times slower';
  if (!facts.kvmDevice) {
    return warning(
      'KVM',
      `/dev/kvm is missing: ${slow}`,
      'modprobe kvm_intel || modprobe kvm_amd   # or enable it in the firmware',
    );
  }
  const why = facts.kvmRuns === null ? 'was not tried' : '/dev/kvm is there but no guest runs under it';
  return warning('KVM', `${why}: ${slow}`, 'On a virtual machine, ask its host for nested virtualization.');
}

function restic(facts: Facts): Finding {
  const version = versionIn(facts.programs.restic);
  if (version !== null && atLeast(version, RESTIC_NEEDED)) return ok('restic', version);
  const found = version === null ? 'its version is not known' : `${version} is too old, ${RESTIC_NEEDED} is needed`;
  return failed('restic', found, install(facts, 'restic'));
}

/** Nothing is wrong without them: a datastore that needs one says so when it is used. */
function rsync(facts: Facts): Finding {
  const missing = RSYNC_PROGRAMS.filter((name) => facts.programs[name] === null);
  if (missing.length === 0) return ok('rsync', `${RSYNC_PROGRAMS.join(', ')} are installed`);
  const packages = missing.map((name) => PACKAGES[name][facts.packages]).join(' ');
  const found = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed`;
  return ok('rsync', `${found}; only datastores with DS_MAD=rsync need that: ${facts.packages} install ${packages}`);
}

function fuse({ fuseDevice, mayMount }: Facts): Finding {
  if (!fuseDevice) {
    return failed(
      'FUSE',
      '/dev/fuse cannot be opened',
      'modprobe fuse; test -e /dev/fuse || mknod -m 666 /dev/fuse c 10 229',
    );
  }
  if (mayMount) return ok('FUSE', 'can be mounted');
  return failed('FUSE', 'this process may not mount', 'Run as root; in a container, add the capability SYS_ADMIN.');
}

function setpriv(facts: Facts): Finding {
  if (facts.setprivWorks) return ok('setpriv', 'ends programs with their parent');
  return failed('setpriv', 'cannot end programs with their parent (--pdeathsig)', install(facts, 'setpriv'));
}

function appliance(facts: Facts): Finding {
  if (facts.appliance) return ok('files', 'can be read out of backups');
  const mend =
    facts.packages === 'dnf'
      ? 'Install a package of OneVault that was made on Debian: it brings this machine.'
      : 'onevault appliance build   # downloads 30 MB of Debian packages';
  return warning('files', 'cannot be read out of backups: the machine that does it was not built', mend);
}

function appArmor({ appArmor, stateDirectory }: Facts): Finding {
  if (!appArmor.enabled) return ok('AppArmor', 'is not active');
  if (!appArmor.confinesGuests) return ok('AppArmor', 'does not confine guests');
  if (appArmor.additions.includes(stateDirectory)) return ok('AppArmor', 'lets guests use the state directory');
  const file = '/etc/apparmor.d/local/abstractions/libvirt-qemu';
  return warning(
    'AppArmor',
    `may keep QEMU from sockets and scratch files under ${stateDirectory}, which live backups need`,
    `mkdir -p ${file.slice(0, file.lastIndexOf('/'))}; echo '${stateDirectory}/** rwk,' >> ${file}   # then restart the guests`,
  );
}

function reach({ reach, stateDirectory }: Facts): Finding {
  if (reach === null) return warning('reach', 'was not tried', 'Run this as root where libvirt is installed.');
  if (reach.blockedAt === null) return ok('reach', `${reach.user} reaches ${stateDirectory}`);
  return failed(
    'reach',
    `QEMU runs as ${reach.user}, which may not enter ${reach.blockedAt}`,
    `setfacl -m u:${reach.user}:x ${reach.blockedAt}`,
  );
}

function space({ space, stateDirectory }: Facts): Finding {
  const elsewhere = `df -h ${stateDirectory}   # then free some space, or choose another place with --state`;
  if (space === null) return failed('space', `${stateDirectory} cannot be measured`, elsewhere);
  const found = `${space.freeMb} MB of ${space.totalMb} MB are free in ${space.directory}`;
  if (space.freeMb < FULL_MB) return failed('space', found, elsewhere);
  return space.freeMb < SCARCE_MB ? warning('space', found, elsewhere) : ok('space', found);
}

/** The first version number in a program's own words, as in "restic 0.14.0 compiled with ...". */
export function versionIn(printed: string | null): string | null {
  return /\d+\.\d+(\.\d+)?/.exec(printed ?? '')?.[0] ?? null;
}

/** Whether version `a` is `b` or newer. */
export function atLeast(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let part = 0; part < 3; part++) {
    const difference = (left?.[part] ?? 0) - (right?.[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function install(facts: Facts, program: Program): string {
  return `${facts.packages} install ${PACKAGES[program][facts.packages]}`;
}

function ok(what: string, found: string): Finding {
  return { what, verdict: 'ok', found, mend: '' };
}

function warning(what: string, found: string, mend: string): Finding {
  return { what, verdict: 'warning', found, mend };
}

function failed(what: string, found: string, mend: string): Finding {
  return { what, verdict: 'failed', found, mend };
}
