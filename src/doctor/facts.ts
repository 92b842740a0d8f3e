// What the doctor knows about a machine. Pure types: collect.ts fills them, checks.ts judges them.

export interface Facts {
  stateDirectory: string;
  libvirtUri: string;
  /** Version of the Node.js that runs this. */
  node: string;
  isRoot: boolean;
  /** Whether systemd runs this machine; without it daemons are started by hand. */
  systemd: boolean;
  packages: 'apt-get' | 'dnf';
  /** Programs that OneVault starts: what they print as their version, null when they are not there. */
  programs: Record<Program, string | null>;
  libvirt: { answers: true; version: string; hypervisor: string } | { answers: false; reason: string };
  virtlogdAnswers: boolean;
  kvmDevice: boolean;
  /** Whether a guest really ran under KVM; null when it was not tried. */
  kvmRuns: boolean | null;
  fuseDevice: boolean;
  /** Whether this process may mount file systems. */
  mayMount: boolean;
  /** Whether setpriv can tie a program's life to its parent's. */
  setprivWorks: boolean;
  /** Whether the machine that reads files out of backups was built. */
  appliance: boolean;
  appArmor: {
    enabled: boolean;
    /** Whether libvirt confines guests with it. */
    confinesGuests: boolean;
    /** What the machine's own additions for guests say, empty when there are none. */
    additions: string;
  };
  /** Room where the state directory is, or will be. */
  space: { directory: string; freeMb: number; totalMb: number } | null;
  /** QEMU's user and the first directory on the way to the state directory that it may not enter, null for none. */
  reach: { user: string; blockedAt: string | null } | null;
}

export const PROGRAMS = [
  'virsh',
  'qemu-system-x86_64',
  'qemu-img',
  'qemu-nbd',
  'restic',
  'mount',
  'umount',
  'setpriv',
  'prlimit',
  'unshare',
  'flock',
  'mke2fs',
  'mkswap',
  'setfacl',
] as const;
/** What only datastores with DS_MAD=rsync need: the last two for those on other machines, and sshfs there to look into backups. */
export const RSYNC_PROGRAMS = ['rsync', 'ssh', 'sshfs'] as const;
export type Program = (typeof PROGRAMS)[number] | (typeof RSYNC_PROGRAMS)[number];

export interface Finding {
  /** What was looked at. */
  what: string;
  verdict: 'ok' | 'warning' | 'failed';
  found: string;
  /** The exact command, or the sentence, that mends it; empty when it is well. */
  mend: string;
}
