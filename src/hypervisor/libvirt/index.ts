// The libvirt driver: QEMU machines through virsh on this host. Domains are persistent and named `one-<vmid>`; a domain with
// another name, or of another installation, is never touched unless it was adopted.
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import { field, vectors } from '../../model/attributes.ts';
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
import * as attach from './attach.ts';
import { cleanUp } from './clean.ts';
import { domainXml } from './domain-xml.ts';
import * as drill from './drill.ts';
import { watch, type DomainEvent } from './events.ts';
import { probe } from './kvm-probe.ts';
import { beginLive } from './live-backup.ts';
import { readCapabilities, readDomain } from './live-xml.ts';
import { beginOff } from './off-exports.ts';
import { beginLayered } from './overlay-backup.ts';
import * as overlays from './overlays.ts';
import { notOurs } from './ownership.ts';
import * as served from './served-disks.ts';
import * as snapshots from './snapshots.ts';
import { readSaved, restoreSaved, save } from './saved.ts';
import { readStats, STATS } from './stats.ts';
import * as trackers from './trackers.ts';
import { unreachableError, unreachableFor } from './reach.ts';
import { Virsh } from './virsh.ts';
import { readWilds } from './wilds.ts';

const NO_SHARES = /CPU tuning is not available/;
const UNDEFINE = ['--managed-save', '--snapshots-metadata', '--checkpoints-metadata', '--nvram'];

export class LibvirtHypervisor implements Hypervisor {
  readonly #virsh: Virsh;
  readonly #installation: string;

  /** `uri` is libvirt's, of this host: qemu:///system. Domains of other installations are as good as not there. */
  constructor(uri: string, installation: string, adopted: readonly Adopted[] = []) {
    this.#virsh = new Virsh(uri, installation, adopted);
    this.#installation = installation;
  }

  async describe(): Promise<HostDescription> {
    const ask = (attempt: string, command: string): Promise<string> => this.#virsh.call(attempt, [command]);
    const [node, memory, version, capabilities] = await Promise.all([
      ask('describe the host', 'nodeinfo'),
      ask("read the host's memory", 'nodememstats'),
      ask('tell its version', 'version'),
      ask("describe the host's abilities", 'capabilities'),
    ]);
    const kib = (name: string): number => Number(new RegExp(`^${name}\\s*:\\s*(\\d+)`, 'm').exec(memory)?.[1] ?? 0);
    return {
      totalCpu: 100 * Number(/^CPU\(s\):\s*(\d+)/m.exec(node)?.[1] ?? 0),
      totalMemKb: kib('total'),
      usedMemKb: kib('total') - kib('free') - kib('buffers') - kib('cached'),
      hypervisorVersion: /^Running hypervisor: (.*)$/m.exec(version)?.[1] ?? '',
      libvirtVersion: /^Using library: libvirt (.*)$/m.exec(version)?.[1] ?? '',
      arch: readCapabilities(capabilities).arch,
      foreignVmIds: (await this.#virsh.foreign()).flatMap((name) => vmIdOf(name) ?? []),
    };
  }

  async probeKvm(): Promise<boolean> {
    return probe();
  }

  async domains(): Promise<Map<string, DomainState>> {
    return this.#virsh.states();
  }

  async wilds(): Promise<WildDomain[]> {
    return readWilds(this.#virsh);
  }

  adopt(domain: Adopted): void {
    this.#virsh.adopted.add(domain);
  }

  disown(name: string): void {
    this.#virsh.adopted.delete(name);
  }

  async deploy(wanted: DomainSpec): Promise<void> {
    refuseAdopted(this.#virsh, wanted.name);
    const state = await this.#virsh.state(wanted.name);
    if (state === 'paused') return served.letGo(this.#virsh, wanted);
    if (state === 'running') return;
    if (state === null && (await this.#virsh.isForeign(wanted.name))) throw notOurs(wanted.name, this.#virsh.uri);
    const spec = await overlays.onNewest(wanted);
    await this.#checkReach(spec);
    await served.letIn(spec, await this.#qemuUser());
    const uuid = state === null ? undefined : readDomain(await this.#virsh.xml(spec.name)).uuid;
    try {
      await this.#define(spec, uuid);
      await this.#bootNew(spec);
    } catch (error) {
      // A host without control groups cannot share its CPUs by weight; the VM runs all the same.
      if (!NO_SHARES.test(reasonOf(error))) throw error;
      await this.#define({ ...spec, cpu: 0 }, uuid ?? readDomain(await this.#virsh.xml(spec.name)).uuid);
      await this.#bootNew(spec);
    }
  }

  async #define(spec: DomainSpec, uuid: string | undefined): Promise<void> {
    const xml = domainXml(spec, this.#installation, uuid);
    await this.#virsh.callWithXml(`define domain ${spec.name}`, ['define'], xml);
  }

  /** One that reads from servers begins to run when it will wait for them. */
  async #bootNew(spec: DomainSpec): Promise<void> {
    const waits = served.isServed(spec);
    await this.#boot(spec.name, ['--force-boot', ...(waits ? ['--paused'] : [])]);
    if (!waits) return;
    await served.letGo(this.#virsh, spec).catch(async (error: unknown) => {
      await this.shutdown(spec.name, true); // it has not run yet
      throw error;
    });
  }

  async #boot(name: string, how: string[] = []): Promise<void> {
    await this.#virsh.order(`start domain ${name}`, 'start', name, how);
  }

  async start(name: string): Promise<void> {
    const state = await this.#stateOf(name, 'started');
    // Memory that somebody else had libvirt keep for the next start is theirs, so the guest goes on from it.
    if (state !== 'running' && state !== 'paused') await this.#boot(name);
  }

  async goOn(name: string): Promise<void> {
    if ((await this.#virsh.state(name)) === 'paused')
      await this.#virsh.order(`let domain ${name} go on`, 'resume', name);
  }

  async shutdown(name: string, hard: boolean): Promise<void> {
    if (!(await this.#virsh.isActive(name))) return;
    const order = hard
      ? this.#virsh.order(`stop domain ${name}`, 'destroy', name)
      : this.#virsh.order(`shut down domain ${name}`, 'shutdown', name, ['--mode', 'acpi']);
    await this.#unlessOff(name, order);
  }

  async reboot(name: string, hard: boolean): Promise<void> {
    if (!(await this.#virsh.isActive(name))) {
      throw new OneError(CODE.ACTION, `Domain ${name} does not run, so it cannot be rebooted.`, { retry: true });
    }
    await (hard
      ? this.#virsh.order(`reset domain ${name}`, 'reset', name)
      : this.#virsh.order(`reboot domain ${name}`, 'reboot', name, ['--mode', 'acpi']));
  }

  async remove(name: string): Promise<void> {
    await this.shutdown(name, true);
    if (this.#virsh.adopted.has(name) || (await this.#virsh.state(name)) === null) return;
    await this.#virsh.order(`forget domain ${name}`, 'undefine', name, UNDEFINE);
  }

  async save(name: string, file: string): Promise<void> {
    await this.#stateOf(name, 'saved');
    await save(this.#virsh, name, file);
  }

  async restore(wanted: DomainSpec, file: string): Promise<void> {
    const state = await this.#virsh.state(wanted.name);
    if (state === 'running' || state === 'paused') return;
    const spec = await overlays.onNewest(wanted);
    const saved = await readSaved(this.#virsh, spec.name, file);
    if (this.#virsh.adopted.has(spec.name)) await this.#stateOf(spec.name, 'restored');
    else await this.#defineForRestore(spec, state, saved.uuid);
    await restoreSaved(this.#virsh, spec, file, saved);
  }

  /** The domain may have been forgotten while its memory lay in a file; what runs without a definition vanishes at its end. */
  async #defineForRestore(spec: DomainSpec, state: DomainState | null, uuid: string): Promise<void> {
    if (state === null && (await this.#virsh.isForeign(spec.name))) throw notOurs(spec.name, this.#virsh.uri);
    await this.#checkReach(spec);
    await this.#define(spec, uuid);
  }

  async attachDisk(name: string, wanted: DomainDisk): Promise<void> {
    const disk = await overlays.diskOnNewest(wanted);
    await this.#checkPaths([disk.path, ...disk.backing.map(({ path }) => path)]);
    await attach.attachDisk(this.#virsh, name, disk);
  }

  async detachDisk(name: string, disk: Pick<DomainDisk, 'diskId' | 'target'>): Promise<void> {
    await attach.detachDisk(this.#virsh, name, disk);
  }

  async attachNic(name: string, nic: DomainNic): Promise<void> {
    await attach.attachNic(this.#virsh, name, nic);
  }

  async detachNic(name: string, nic: Pick<DomainNic, 'nicId' | 'mac'>): Promise<void> {
    await attach.detachNic(this.#virsh, name, nic);
  }

  async resizeDisk(name: string, target: string, virtualBytes: number): Promise<void> {
    await attach.resizeDisk(this.#virsh, name, target, virtualBytes);
  }

  async rebase(name: string, disks: DomainDisk[]): Promise<void> {
    if (await this.#virsh.isActive(name)) await served.rebase(this.#virsh, name, disks, await this.#qemuUser());
  }

  async createSnapshot(name: string, snapshot: string): Promise<string> {
    return snapshots.createSnapshot(this.#virsh, name, snapshot);
  }

  async revertSnapshot(name: string, id: string): Promise<void> {
    await this.#stateOf(name, 'reverted');
    await snapshots.revertSnapshot(this.#virsh, name, id);
  }

  async deleteSnapshot(name: string, id: string): Promise<void> {
    await this.#stateOf(name, 'rid of a snapshot');
    await snapshots.deleteSnapshot(this.#virsh, name, id);
  }

  async createDiskSnapshot(name: string, target: string, snapshot: string): Promise<void> {
    await snapshots.createDiskSnapshot(this.#virsh, name, target, snapshot);
  }

  async deleteDiskSnapshot(name: string, target: string, snapshot: string): Promise<void> {
    await snapshots.deleteDiskSnapshot(this.#virsh, name, target, snapshot);
  }

  async stats(): Promise<Map<string, DomainStats>> {
    const [ours, all] = await Promise.all([
      this.#virsh.states(),
      this.#virsh.call('tell figures of its domains', STATS),
    ]);
    return new Map([...readStats(all)].filter(([name]) => ours.has(name)));
  }

  watch(signal: AbortSignal): AsyncIterable<DomainEvent> {
    return watch(this.#virsh.uri, signal, undefined, (name) => this.#virsh.adopted.has(name));
  }

  async beginBackup(begin: BackupBegin, signal?: AbortSignal): Promise<BackupExports> {
    if (begin.tracking?.mode !== 'SNAPSHOT') return this.#beginOnDisks(begin, signal);
    if (!begin.live) await this.#refuseActive(begin);
    return beginLayered(this.#virsh, begin, begin.tracking, signal);
  }

  /** Bitmaps are in the disks themselves; without them, what was written last is read wherever it is. */
  async #beginOnDisks(begin: BackupBegin, signal?: AbortSignal): Promise<BackupExports> {
    if (begin.tracking) await overlays.collapseLayers(this.#virsh, begin.domain, begin.disks, signal);
    const disks = await overlays.disksOnNewest(begin.disks);
    if (begin.live) return beginLive(this.#virsh, { ...begin, disks }, signal);
    await this.#refuseActive(begin);
    return beginOff({ ...begin, disks });
  }

  async #refuseActive(begin: BackupBegin): Promise<void> {
    if (await this.#virsh.isActive(begin.domain)) {
      throw new OneError(
        CODE.ACTION,
        `Domain ${begin.domain} runs, so its disks cannot be read as those of a VM that is off.`,
        {
          retry: true,
        },
      );
    }
  }

  async cleanBackup(begin: BackupBegin): Promise<string[]> {
    const done = await cleanUp(this.#virsh, begin);
    return [...done, ...(await overlays.cleanLayers(this.#virsh, begin))];
  }

  async trackers(question: TrackerQuestion): Promise<TrackerState[]> {
    if (question.mode === 'SNAPSHOT') return overlays.layerTrackers(this.#virsh, question);
    return trackers.trackers(this.#virsh, question);
  }

  async settleTrackers(done: Pick<SettleTask, 'vmId' | 'domain' | 'disks' | 'keep'>): Promise<string[]> {
    const layers = await overlays.settleLayers(this.#virsh, done);
    return [...layers, ...(await trackers.settle(this.#virsh, done))];
  }

  async collapseOverlays(name: string, disks: OverlaidDisk[]): Promise<string[]> {
    return overlays.collapseLayers(this.#virsh, name, disks);
  }

  async activeLayer(disk: OverlaidDisk): Promise<{ path: string; format: DiskFormat }> {
    return overlays.activeLayer(disk);
  }

  async beginDrill(spec: DrillSpec): Promise<DrillMachine> {
    await this.#checkPaths(drill.bootFiles(spec));
    return drill.beginDrill(this.#virsh, spec, this.#installation);
  }

  async endDrill(operationId: string): Promise<boolean> {
    return drill.endDrill(this.#virsh, operationId);
  }

  /** State of a domain that must be there for it to be `done` to. */
  async #stateOf(name: string, done: string): Promise<DomainState> {
    const state = await this.#virsh.state(name);
    if (state !== null) return state;
    throw new OneError(CODE.NO_EXISTS, `There is no domain ${name} of this OneVault that could be ${done}.`);
  }

  /** An order that failed because the domain had stopped by itself is carried out. */
  async #unlessOff(name: string, order: Promise<unknown>): Promise<void> {
    try {
      await order;
    } catch (error) {
      if (await this.#virsh.isActive(name)) throw error;
    }
  }

  async #checkReach(spec: DomainSpec): Promise<void> {
    const os = vectors(spec.template, 'OS')[0];
    const boot = [field(os, 'KERNEL'), field(os, 'INITRD')].filter((path) => path?.startsWith('/'));
    const disks = spec.disks.flatMap((disk) => [
      disk.path,
      ...(disk.served ? [] : disk.backing.map(({ path }) => path)),
    ]);
    await this.#checkPaths([...disks, ...boot]);
  }

  /** The user that QEMU runs as, when libvirt says so. */
  async #qemuUser(): Promise<{ uid: number; gid: number } | undefined> {
    return readCapabilities(await this.#virsh.call("describe the host's abilities", ['capabilities'])).qemuUser;
  }

  /** QEMU runs as another user: a directory that it may not enter is named before QEMU fails with less words. */
  async #checkPaths(paths: Array<string | undefined>): Promise<void> {
    const qemuUser = await this.#qemuUser();
    if (qemuUser === undefined) return;
    for (const path of new Set(paths)) {
      if (path === undefined) continue;
      const blocked = await unreachableFor(String(qemuUser.uid), path);
      if (blocked.length > 0) throw await unreachableError(String(qemuUser.uid), path, blocked);
    }
  }
}

function refuseAdopted(virsh: Virsh, name: string): void {
  if (!virsh.adopted.has(name)) return;
  throw new OneError(CODE.ACTION, `Domain ${name} was taken over as it was; it can be started, but not defined anew.`);
}
