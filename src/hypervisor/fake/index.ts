// A hypervisor without machines: domains are files in a directory, a backup exports copies of the disks through an NBD server
// in this process. Everything above the door can be tried with it where there is no libvirt.
import { watch } from 'node:fs/promises';
import { CODE, OneError } from '../../model/errors.ts';
import { vmIdOf } from '../../model/ids.ts';
import type { DiskFormat } from '../../model/image.ts';
import type { SettleTask } from '../../model/tasks/settle.ts';
import type {
  Adopted,
  BackupBegin,
  BackupExports,
  DomainDisk,
  DomainNic,
  DomainSpec,
  DomainState,
  DomainStats,
  DrillMachine,
  DrillSpec,
  HostDescription,
  Hypervisor,
  OverlaidDisk,
  TrackerQuestion,
  TrackerState,
  WildDomain,
} from '../hypervisor.ts';
import { Backups } from './backups.ts';
import { Domains, freshDomain, isActive, sameMac } from './domains.ts';
import * as drills from './drills.ts';
import { grow } from './grow.ts';
import { isSaved, readSaved, writeSaved } from './saved.ts';
import * as snapshots from './snapshots.ts';
import { Trackers } from './trackers.ts';

export class FakeHypervisor implements Hypervisor {
  readonly #domains: Domains;
  readonly #backups: Backups;
  readonly #trackers: Trackers;

  /** `directory` keeps the domains; processes that share it share the hypervisor. */
  constructor(directory: string, adopted: readonly Adopted[] = []) {
    this.#domains = new Domains(directory, adopted);
    this.#trackers = new Trackers(directory);
    this.#backups = new Backups(this.#domains, this.#trackers);
  }

  async describe(): Promise<HostDescription> {
    const memory = { totalMemKb: 16 * 1024 * 1024, usedMemKb: 1024 * 1024 };
    return {
      totalCpu: 800,
      ...memory,
      hypervisorVersion: 'fake',
      libvirtVersion: '',
      arch: 'x86_64',
      foreignVmIds: this.#domains.files.wild().flatMap(({ name }) => vmIdOf(name) ?? []),
    };
  }

  async probeKvm(): Promise<boolean> {
    return false;
  }

  async domains(): Promise<Map<string, DomainState>> {
    return new Map(this.#domains.ours().map(({ name, state }) => [name, state]));
  }

  async wilds(): Promise<WildDomain[]> {
    return this.#domains.wild().map(({ name, uuid, state, vcpu, memoryMb, template, unsaid }) => ({
      name,
      uuid,
      state,
      vcpu,
      memoryMb,
      template,
      unsaid,
    }));
  }

  adopt(domain: Adopted): void {
    this.#domains.adopt(domain);
  }

  disown(name: string): void {
    this.#domains.disown(name);
  }

  async deploy(spec: DomainSpec): Promise<void> {
    const known = this.#domains.deployable(spec);
    if (known !== null && isActive(known)) return;
    this.#domains.run({ ...freshDomain(spec, known), memory: '' }, 'Started Booted');
  }

  async start(name: string): Promise<void> {
    const domain = this.#domains.get(name);
    if (!isActive(domain)) this.#domains.run({ ...domain, memory: '' }, 'Started Booted');
  }

  async goOn(name: string): Promise<void> {
    const domain = this.#domains.find(name);
    if (domain?.state === 'paused') this.#domains.change(domain, { state: 'running' }, 'Resumed Unpaused');
  }

  async shutdown(name: string, hard: boolean): Promise<void> {
    const domain = this.#domains.find(name);
    if (domain === null || domain.state === 'shutoff') return;
    this.#domains.change(domain, { state: 'shutoff', job: null }, hard ? 'Stopped Destroyed' : 'Stopped Shutdown');
  }

  async reboot(name: string): Promise<void> {
    this.#domains.change(this.#domains.active(name, 'rebooted'), { memory: '' }, 'Rebooted');
  }

  async remove(name: string): Promise<void> {
    await this.shutdown(name, true);
    if (!this.#domains.isAdopted(name)) this.#domains.files.remove(name);
  }

  async save(name: string, file: string): Promise<void> {
    const domain = this.#domains.get(name);
    if (!isActive(domain) && (await isSaved(name, file))) return;
    await writeSaved(this.#domains.active(name, 'saved'), file);
    this.#domains.change(this.#domains.get(name), { state: 'shutoff' }, 'Stopped Saved');
  }

  async restore(spec: DomainSpec, file: string): Promise<void> {
    const known = this.#domains.isAdopted(spec.name) ? this.#domains.get(spec.name) : this.#domains.deployable(spec);
    if (known !== null && isActive(known)) return;
    const { uuid, memory } = await readSaved(spec.name, file);
    const domain = this.#domains.isAdopted(spec.name) && known ? known : { ...freshDomain(spec, known), uuid };
    this.#domains.run({ ...domain, memory }, 'Started Restored');
  }

  async attachDisk(name: string, disk: DomainDisk): Promise<void> {
    const domain = this.#domains.get(name);
    const there = domain.disks.find(({ target }) => target === disk.target);
    if (there?.path === disk.path) return;
    if (there === undefined) return this.#domains.files.put({ ...domain, disks: [...domain.disks, disk] });
    throw new OneError(CODE.ACTION, `Domain ${name} has another disk at ${disk.target}: ${there.path}.`);
  }

  async detachDisk(name: string, disk: Pick<DomainDisk, 'diskId' | 'target'>): Promise<void> {
    const domain = this.#domains.get(name);
    this.#domains.files.put({ ...domain, disks: domain.disks.filter(({ target }) => target !== disk.target) });
  }

  async attachNic(name: string, nic: DomainNic): Promise<void> {
    const domain = this.#domains.get(name);
    if (domain.nics.some((one) => sameMac(one, nic))) return;
    this.#domains.files.put({ ...domain, nics: [...domain.nics, nic] });
  }

  async detachNic(name: string, nic: Pick<DomainNic, 'nicId' | 'mac'>): Promise<void> {
    const domain = this.#domains.get(name);
    this.#domains.files.put({ ...domain, nics: domain.nics.filter((one) => !sameMac(one, nic)) });
  }

  /** Its guests read nothing, so they have nothing to read elsewhere. */
  async rebase(): Promise<void> {}

  async resizeDisk(name: string, target: string, virtualBytes: number): Promise<void> {
    const disk = this.#domains.active(name, 'resized').disks.find((one) => one.target === target);
    if (disk === undefined) throw new OneError(CODE.ACTION, `Domain ${name} has no disk ${target} that could grow.`);
    await grow(disk, virtualBytes);
  }

  async createSnapshot(name: string, snapshot: string): Promise<string> {
    const domain = this.#domains.active(name, 'kept in a snapshot');
    const disks = snapshots.snapshotDisks(domain, snapshot);
    if (domain.snapshots.some(({ id }) => id === snapshot)) {
      throw new OneError(CODE.ACTION, `Domain ${name} has a snapshot ${snapshot} already.`);
    }
    for (const disk of disks) await snapshots.create(disk, snapshot);
    this.#domains.files.put({ ...domain, snapshots: [...domain.snapshots, { id: snapshot, memory: domain.memory }] });
    return snapshot;
  }

  async revertSnapshot(name: string, id: string): Promise<void> {
    const domain = this.#domains.get(name);
    const snapshot = domain.snapshots.find((one) => one.id === id);
    if (snapshot === undefined)
      throw new OneError(CODE.NO_EXISTS, `Domain ${name} has no snapshot ${id} to go back to.`);
    for (const disk of snapshots.snapshotDisks(domain, id)) await snapshots.apply(disk, id);
    this.#domains.run({ ...domain, memory: snapshot.memory }, 'Started From-snapshot');
  }

  async deleteSnapshot(name: string, id: string): Promise<void> {
    const domain = this.#domains.get(name);
    if (!domain.snapshots.some((one) => one.id === id)) return;
    for (const disk of snapshots.snapshotDisks(domain, id)) await snapshots.drop(disk, id);
    this.#domains.files.put({ ...domain, snapshots: domain.snapshots.filter((one) => one.id !== id) });
  }

  async createDiskSnapshot(name: string, target: string, snapshot: string): Promise<void> {
    await snapshots.create(snapshots.diskAt(this.#domains.active(name, 'kept in a snapshot'), target), snapshot);
  }

  async deleteDiskSnapshot(name: string, target: string, snapshot: string): Promise<void> {
    await snapshots.drop(snapshots.diskAt(this.#domains.active(name, 'rid of a snapshot'), target), snapshot);
  }

  /** Nothing runs here, so nothing is used up; a running domain has its memory. */
  async stats(): Promise<Map<string, DomainStats>> {
    const none = { cpuTimeNs: 0, netRxBytes: 0, netTxBytes: 0, diskReadBytes: 0, diskWriteBytes: 0 };
    const running = this.#domains.ours().filter(isActive);
    return new Map(running.map(({ name, memoryMb }) => [name, { ...none, memoryKb: memoryMb * 1024 }]));
  }

  async *watch(signal: AbortSignal): AsyncGenerator<{ domain: string; event: string }> {
    const seen = new Map(this.#domains.ours().map(({ uuid, events }) => [uuid, events.length]));
    try {
      for await (const change of watch(this.#domains.files.directory, { signal })) {
        const domain = this.#domains.files.read(change.filename ?? '');
        if (domain === null || !this.#domains.isOurs(domain)) continue;
        const fresh = domain.events.slice(seen.get(domain.uuid) ?? 0);
        seen.set(domain.uuid, domain.events.length);
        for (const event of fresh) yield { domain: domain.name, event };
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async beginBackup(begin: BackupBegin, signal?: AbortSignal): Promise<BackupExports> {
    signal?.throwIfAborted();
    return this.#backups.begin(begin);
  }

  async cleanBackup(begin: BackupBegin): Promise<string[]> {
    return this.#backups.clean(begin);
  }

  async trackers(question: TrackerQuestion): Promise<TrackerState[]> {
    return this.#trackers.states(question.name, question.disks);
  }

  async settleTrackers({ vmId, keep }: Pick<SettleTask, 'vmId' | 'keep'>): Promise<string[]> {
    return this.#trackers.drop(vmId, (name) => !keep.includes(name));
  }

  /** Layers are never made here. */
  async collapseOverlays(): Promise<string[]> {
    return [];
  }

  async activeLayer({ path, format }: OverlaidDisk): Promise<{ path: string; format: DiskFormat }> {
    return { path, format };
  }

  async beginDrill(spec: DrillSpec): Promise<DrillMachine> {
    return drills.beginDrill(this.#domains.files.directory, spec);
  }

  async endDrill(operationId: string): Promise<boolean> {
    return drills.endDrill(this.#domains.files.directory, operationId);
  }
}
