// The door to a hypervisor. Everything here may be called again after a crash: starting what runs, stopping what is
// stopped and cleaning what is clean are no errors. Errors are OneErrors that say what was tried and on which domain.
import type { BackupTask } from '../model/mover-protocol.ts';
import type { DiskFormat } from '../model/image.ts';
import type { Attributes } from '../model/attributes.ts';

export type DomainState = 'running' | 'paused' | 'shutoff' | 'crashed';

export interface HostDescription {
  /** Hundredths of a core. */
  totalCpu: number;
  totalMemKb: number;
  usedMemKb: number;
  hypervisorVersion: string;
  libvirtVersion: string;
  arch: string;
  /** Numbers in names like ours (`one-<n>`) of domains that belong to others: VMs must not get these ids. */
  foreignVmIds: number[];
}

export interface DomainDisk {
  diskId: number;
  target: string;
  path: string;
  format: DiskFormat;
  /** Backing file with its format, outermost first; empty for a disk that stands alone. */
  backing: Array<{ path: string; format: DiskFormat }>;
  cdrom: boolean;
  readonly: boolean;
  /** Attributes of the DISK vector that shape the driver: CACHE, IO, DISCARD, DEV_PREFIX ... */
  options: Record<string, string>;
}

export interface DomainSpec {
  /** Domain name, `one-<vmid>`. */
  name: string;
  vmId: number;
  memoryMb: number;
  vcpu: number;
  /** CPU share as OpenNebula counts it: 1 is a core; 0 leaves all VMs equal. */
  cpu: number;
  /** Whether the host really runs KVM guests; false gives type='qemu'. */
  kvm: boolean;
  disks: DomainDisk[];
  /** The VM's template: OS, GRAPHICS, FEATURES, RAW ... are read from it. */
  template: Attributes;
  /** Directory of the VM in the system datastore; the console log is written there. */
  vmDirectory: string;
}

export interface DiskExport {
  diskId: number;
  /** NBD unix socket and export name. */
  socket: string;
  exportName: string;
}

export type BackupBegin = Pick<
  BackupTask,
  'operationId' | 'vmId' | 'domain' | 'live' | 'disks' | 'runDirectory' | 'freeze'
>;

export interface BackupExports {
  exports: DiskExport[];
  /** Epoch seconds of the one instant that all exports show. */
  date: number;
  warnings: string[];
  /** Bytes taken by copy-before-write so far. */
  scratchBytes(): Promise<number>;
  /** Ends the job and removes sockets and scratch files; the guest stays as it is, on its own disks. */
  end(): Promise<void>;
}

export interface Hypervisor {
  describe(): Promise<HostDescription>;
  /** Boots a trivial machine under KVM, with a limit of a few seconds, and says whether it ran. */
  probeKvm(): Promise<boolean>;
  /** State of every domain of this installation (`one-<n>`), by name; the domains of others are never seen or touched. */
  domains(): Promise<Map<string, DomainState>>;
  /** Defines the domain anew from the specification and starts it. A domain of that name that is not ours is an error. */
  deploy(spec: DomainSpec): Promise<void>;
  /** Asks the guest to power off (ACPI), or cuts the power when hard. Returns at once. */
  shutdown(name: string, hard: boolean): Promise<void>;
  /** Asks the guest to reboot, or resets it when hard. */
  reboot(name: string, hard: boolean): Promise<void>;
  /** Stops a domain if it runs and forgets it; its disks are not touched. */
  remove(name: string): Promise<void>;
  /** Lifecycle events of domains, until the signal aborts. One long-lived connection, no polling. */
  watch(signal: AbortSignal): AsyncIterable<{ domain: string; event: string }>;
  /** Fixes one instant of all disks and exports it: a pull-mode backup job (live) or qemu-nbd (powered off). */
  beginBackup(begin: BackupBegin): Promise<BackupExports>;
  /** Ends what a dead run of this operation left on the domain; says what it found, in words. */
  cleanBackup(begin: BackupBegin): Promise<string[]>;
}
