// The door to a hypervisor. Everything here may be called again after a crash: starting what runs, stopping what is
// stopped and cleaning what is clean are no errors. Errors are OneErrors that say what was tried and on which domain.
import type { Adopted } from '../model/hypervisor-config.ts';
import type { BackupTask, TaskDisk, Tracking } from '../model/tasks/backup.ts';
import type { SettleTask } from '../model/tasks/settle.ts';
import type { Consistency, DiskFormat } from '../model/image.ts';
import type { Attributes } from '../model/attributes.ts';

export type { Adopted } from '../model/hypervisor-config.ts';

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
  /**
   * A read-only NBD server of the very bytes that the first of `backing` will hold, which is not there yet. The machine reads from it until
   * `rebase`, and waits while it does not answer.
   */
  served?: { socket: string; exportName: string };
  /** As in TaskDisk: the machine runs on the newest layer in there, if there is one. */
  overlays?: string;
  cdrom: boolean;
  readonly: boolean;
  /** Attributes of the DISK vector that shape the driver: CACHE, IO, DISCARD, DEV_PREFIX ... */
  options: Record<string, string>;
}

/** A disk over which layers may lie. */
export type OverlaidDisk = Pick<TaskDisk, 'diskId' | 'path' | 'format' | 'overlays'>;

export interface DomainNic {
  nicId: number;
  mac: string;
  /** Bridge of the host, or name of a libvirt network when kind is 'network'. */
  kind: 'bridge' | 'network';
  source: string;
  /** Empty means virtio. */
  model: string;
  ip: string;
  /** Name of the interface on the host; left out, it is made of the ids of VM and NIC. */
  target?: string;
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
  nics: DomainNic[];
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
  /**
   * Where the changes since the parent stand: a meta context whose flags have bit 0 for what is dirty, or one that counts layers,
   * where 1 is what changed. Left out when the whole disk is wanted.
   */
  changes?: { context: string; kind: 'dirty-bitmap' | 'allocation-depth' };
}

/** Without a limit a guest is held for ten seconds at most and a failure to freeze is one of the backup; without tracking nothing is noted. */
export type BackupBegin = Pick<
  BackupTask,
  'operationId' | 'vmId' | 'domain' | 'live' | 'disks' | 'runDirectory' | 'freeze'
> &
  Partial<Pick<BackupTask, 'freezeLimit' | 'tracking'>>;

/** What is asked about the trackers of a machine's disks. */
export interface TrackerQuestion {
  vmId: number;
  domain: string;
  disks: TaskDisk[];
  mode: Tracking['mode'];
  /** Name of the tracker of the point that is to be gone on from. */
  name: string;
}

export interface TrackerState {
  diskId: number;
  /** Why an increment cannot follow, in words that go on after "disk 1: "; empty when it can. */
  trouble: string;
  /** Bytes that have changed since; null when there is trouble. */
  dirtyBytes: number | null;
}

export interface BackupExports {
  exports: DiskExport[];
  /** Epoch seconds of the one instant that all exports show. */
  date: number;
  warnings: string[];
  consistency: Consistency;
  /** Bytes taken by copy-before-write so far. */
  scratchBytes(): Promise<number>;
  /** Ends the job and removes sockets and scratch files; the guest stays as it is, on its own disks. */
  end(): Promise<void>;
  /** Ends it, and takes back the tracker that began with it: all that cleanBackup would do. Left out where that is no quicker. */
  abandon?(): Promise<void>;
}

/** A domain of this host that no OneVault made. */
export interface WildDomain {
  name: string;
  uuid: string;
  state: DomainState;
  vcpu: number;
  memoryMb: number;
  /**
   * The template that describes it: NAME, CPU, VCPU, MEMORY, OS, GRAPHICS, FEATURES, CPU_MODEL, DISK=[TARGET, SOURCE (path),
   * FORMAT, TYPE (FILE or CDROM), SIZE (MB), DEV_PREFIX, READONLY, PERSISTENT], NIC=[MAC, BRIDGE or NETWORK, MODEL]. No secrets.
   */
  template: Attributes;
  /** What it has that the template cannot say, in words: a restore will not bring that back. */
  unsaid: string[];
}

export interface DomainStats {
  cpuTimeNs: number;
  memoryKb: number;
  netRxBytes: number;
  netTxBytes: number;
  diskReadBytes: number;
  diskWriteBytes: number;
}

/** One disk of a drill's machine. */
export interface DrillDisk {
  diskId: number;
  target: string;
  virtualBytes: number;
  /** Where what it begins with is read, raw; left out for an empty disk. */
  content?: Pick<DiskExport, 'socket' | 'exportName'>;
}

export interface DrillSpec {
  operationId: string;
  memoryMb: number;
  vcpu: number;
  kvm: boolean;
  disks: DrillDisk[];
  /** OS, FEATURES and CPU_MODEL are read from it, nothing else. */
  template: Attributes;
  /** Private directory of the run, which the caller removes: what the machine writes goes there. */
  directory: string;
}

/** A machine without a network that is gone when it stops. */
export interface DrillMachine {
  /** Name of its domain, which is never that of a VM. */
  domain: string;
  /** File with what it has written to its serial console; it may begin anew when it has grown long. */
  consoleLog: string;
  runs(): Promise<boolean>;
  /** Whether the guest's agent answers now. */
  agentAnswers(): Promise<boolean>;
  /** What its screen shows, as PNG; null when that cannot be had. */
  screen(): Promise<Uint8Array | null>;
}

export interface Hypervisor {
  describe(): Promise<HostDescription>;
  /** Boots a trivial machine under KVM, with a limit of a few seconds, and says whether it ran. */
  probeKvm(): Promise<boolean>;
  /** State of every domain of this installation (`one-<n>`) and of the adopted ones, by name; others are never touched. */
  domains(): Promise<Map<string, DomainState>>;
  /** Domains that no OneVault made and that are not adopted. Reading them changes nothing. */
  wilds(): Promise<WildDomain[]>;
  /**
   * From now on the domain counts as ours, except that it is never defined anew nor undefined; disown is the reverse. Nothing is
   * asked or changed by either. A domain of that name with another uuid stays somebody else's.
   */
  adopt(domain: Adopted): void;
  disown(name: string): void;
  /** Defines the domain anew from the specification and starts it. One of that name that OneVault did not make is an error. */
  deploy(spec: DomainSpec): Promise<void>;
  /** Starts a domain from the definition it has. One that runs is left alone; one that is not there is NO_EXISTS. */
  start(name: string): Promise<void>;
  /** Lets a machine go on that was stopped because its disks could not be read; what it had asked of them is asked again. */
  goOn(name: string): Promise<void>;
  /** Asks the guest to power off (ACPI), or cuts the power when hard. Returns at once. */
  shutdown(name: string, hard: boolean): Promise<void>;
  /** Asks the guest to reboot, or resets it when hard. */
  reboot(name: string, hard: boolean): Promise<void>;
  /** Stops a domain if it runs and forgets it, unless it is adopted; its disks are not touched. */
  remove(name: string): Promise<void>;
  /**
   * Writes memory and devices to a file and stops the guest. The file stays until the caller removes it. When it could not be
   * written the guest goes on. A guest that is off already, with a complete file, was saved before.
   */
  save(name: string, file: string): Promise<void>;
  /** Goes on from a saved file, with the specification's paths. A domain that runs is left alone. */
  restore(spec: DomainSpec, file: string): Promise<void>;
  /**
   * Changes of a running machine; its definition follows. One that is off changes in its definition only. Attaching what is
   * attached and detaching what is gone are no errors; another disk at the same target is.
   */
  attachDisk(name: string, disk: DomainDisk): Promise<void>;
  detachDisk(name: string, disk: Pick<DomainDisk, 'diskId' | 'target'>): Promise<void>;
  attachNic(name: string, nic: DomainNic): Promise<void>;
  detachNic(name: string, nic: Pick<DomainNic, 'nicId' | 'mac'>): Promise<void>;
  /**
   * From now on a running machine reads from `backing` what it read from servers (`served`). It does not notice; one that is off, or does
   * so already, is left alone.
   */
  rebase(name: string, disks: DomainDisk[]): Promise<void>;
  /** Lets a disk of a running machine grow; it never shrinks. */
  resizeDisk(name: string, target: string, virtualBytes: number): Promise<void>;
  /** Snapshot of a running machine, memory and disks; every writable disk must be qcow2. Returns the hypervisor's name of it. */
  createSnapshot(name: string, snapshot: string): Promise<string>;
  /** The machine goes on from the snapshot, running. */
  revertSnapshot(name: string, id: string): Promise<void>;
  deleteSnapshot(name: string, id: string): Promise<void>;
  /** Snapshot of one disk of a running machine, kept inside its qcow2. */
  createDiskSnapshot(name: string, target: string, snapshot: string): Promise<void>;
  deleteDiskSnapshot(name: string, target: string, snapshot: string): Promise<void>;
  /** Figures of every running domain of ours, by name, in one call. */
  stats(): Promise<Map<string, DomainStats>>;
  /** Lifecycle events of domains, until the signal aborts. One long-lived connection, no polling. */
  watch(signal: AbortSignal): AsyncIterable<{ domain: string; event: string }>;
  /**
   * Fixes one instant of all disks and exports it: a pull-mode backup job (live) or qemu-nbd (powered off). With tracking, the
   * tracker `next` begins at that very instant. Throws TrackerLost when the parent's tracker is not there or not whole on any disk; then
   * nothing has begun. A tracker `next` that a failed run left is made anew. Aborted, it takes back what it has begun and rejects; a
   * guest that it held is let go first. It throws CleanStop when it knows that nothing is left.
   */
  beginBackup(begin: BackupBegin, signal?: AbortSignal): Promise<BackupExports>;
  /** Ends what a dead run of this operation left on the domain, its tracker `next` included; says what it found, in words. */
  cleanBackup(begin: BackupBegin): Promise<string[]>;
  /** The trackers of a name on each disk, running or powered off. Changes nothing. */
  trackers(question: TrackerQuestion): Promise<TrackerState[]>;
  /** Drops all trackers of the VM's disks but those named, and merges what they held where they are layers. Safe to repeat. */
  settleTrackers(settle: Pick<SettleTask, 'vmId' | 'domain' | 'disks' | 'keep'>): Promise<string[]>;
  /**
   * Puts what the layers over these disks hold into the disks themselves, running or powered off, and removes the layers; the chain of
   * increments ends by that. To be called before anything else works on the file of such a disk. Safe to repeat; says what it did.
   */
  collapseOverlays(name: string, disks: OverlaidDisk[]): Promise<string[]>;
  /** The file that holds what was written last to a disk of a machine that is off: the disk itself, or the newest layer over it. */
  activeLayer(disk: OverlaidDisk): Promise<{ path: string; format: DiskFormat }>;
  /**
   * Boots a machine that is thrown away: what its disks begin with is only read, what it writes goes into the directory. It counts
   * neither among the domains of VMs nor among the wild ones. It needs endDrill at its end, and when this throws.
   */
  beginDrill(spec: DrillSpec): Promise<DrillMachine>;
  /** Ends the machine of a drill, whoever began it. Returns whether there was one. Safe to repeat. */
  endDrill(operationId: string): Promise<boolean>;
}
