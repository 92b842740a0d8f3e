// The libvirt driver: QEMU machines through virsh on this host. Domains are persistent and named `one-<vmid>`; a domain with
// another name, or of another installation, is never touched.
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import { field, vectors } from '../../model/attributes.ts';
import { vmIdOf } from '../../model/ids.ts';
import type {
  Adopted,
  BackupBegin,
  BackupExports,
  DomainDisk,
  DomainNic,
  DomainSpec,
  DomainState,
  DomainStats,
  HostDescription,
  Hypervisor,
  WildDomain,
} from '../hypervisor.ts';
import { cleanUp } from './clean.ts';
import { domainXml } from './domain-xml.ts';
import { watch, type DomainEvent } from './events.ts';
import { probe } from './kvm-probe.ts';
import { beginLive } from './live-backup.ts';
import { readCapabilities, readDomain } from './live-xml.ts';
import { beginOff } from './off-exports.ts';
import { notOurs } from './ownership.ts';
import { unreachableError, unreachableFor } from './reach.ts';
import { Virsh } from './virsh.ts';

const NO_SHARES = /CPU tuning is not available/;
const UNDEFINE = ['--managed-save', '--snapshots-metadata', '--checkpoints-metadata', '--nvram'];

export class LibvirtHypervisor implements Hypervisor {
  readonly #virsh: Virsh;
  readonly #installation: string;

  /** `uri` is libvirt's, of this host: qemu:///system. Domains of other installations are as good as not there. */
  constructor(uri: string, installation: string) {
    this.#virsh = new Virsh(uri, installation);
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

  async deploy(spec: DomainSpec): Promise<void> {
    const state = await this.#virsh.state(spec.name);
    if (state === 'running' || state === 'paused') return;
    if (state === null && (await this.#virsh.isForeign(spec.name))) throw notOurs(spec.name, this.#virsh.uri);
    await this.#checkReach(spec);
    const uuid = state === null ? undefined : readDomain(await this.#virsh.xml(spec.name)).uuid;
    try {
      await this.#start(spec, uuid);
    } catch (error) {
      // A host without control groups cannot share its CPUs by weight; the VM runs all the same.
      if (!NO_SHARES.test(reasonOf(error))) throw error;
      await this.#start({ ...spec, cpu: 0 }, uuid ?? readDomain(await this.#virsh.xml(spec.name)).uuid);
    }
  }

  async #start(spec: DomainSpec, uuid: string | undefined): Promise<void> {
    const xml = domainXml(spec, this.#installation, uuid);
    await this.#virsh.callWithXml(`define domain ${spec.name}`, ['define'], xml);
    await this.#virsh.call(`start domain ${spec.name}`, ['start', spec.name, '--force-boot']);
  }

  async shutdown(name: string, hard: boolean): Promise<void> {
    if (!(await this.#virsh.isActive(name))) return;
    const order = hard ? ['destroy', name] : ['shutdown', name, '--mode', 'acpi'];
    await this.#unlessOff(name, this.#virsh.call(`${hard ? 'stop' : 'shut down'} domain ${name}`, order));
  }

  async reboot(name: string, hard: boolean): Promise<void> {
    if (!(await this.#virsh.isActive(name))) {
      throw new OneError(CODE.ACTION, `Domain ${name} does not run, so it cannot be rebooted.`, { retry: true });
    }
    const order = hard ? ['reset', name] : ['reboot', name, '--mode', 'acpi'];
    await this.#virsh.call(`reboot domain ${name}`, order);
  }

  async remove(name: string): Promise<void> {
    await this.shutdown(name, true);
    if ((await this.#virsh.state(name)) === null) return;
    await this.#virsh.call(`forget domain ${name}`, ['undefine', name, ...UNDEFINE]);
  }

  watch(signal: AbortSignal): AsyncIterable<DomainEvent> {
    return watch(this.#virsh.uri, signal);
  }

  async wilds(): Promise<WildDomain[]> {
    return [];
  }

  adopt(_domain: Adopted): void {}

  disown(_name: string): void {}

  async start(name: string): Promise<void> {
    throw unbuilt(name);
  }

  async save(name: string, _file: string): Promise<void> {
    throw unbuilt(name);
  }

  async restore(spec: DomainSpec, _file: string): Promise<void> {
    throw unbuilt(spec.name);
  }

  async attachDisk(name: string, _disk: DomainDisk): Promise<void> {
    throw unbuilt(name);
  }

  async detachDisk(name: string, _disk: Pick<DomainDisk, 'diskId' | 'target'>): Promise<void> {
    throw unbuilt(name);
  }

  async attachNic(name: string, _nic: DomainNic): Promise<void> {
    throw unbuilt(name);
  }

  async detachNic(name: string, _nic: Pick<DomainNic, 'nicId' | 'mac'>): Promise<void> {
    throw unbuilt(name);
  }

  async resizeDisk(name: string, _target: string, _virtualBytes: number): Promise<void> {
    throw unbuilt(name);
  }

  async createSnapshot(name: string, _snapshot: string): Promise<string> {
    throw unbuilt(name);
  }

  async revertSnapshot(name: string, _id: string): Promise<void> {
    throw unbuilt(name);
  }

  async deleteSnapshot(name: string, _id: string): Promise<void> {
    throw unbuilt(name);
  }

  async createDiskSnapshot(name: string, _target: string, _snapshot: string): Promise<void> {
    throw unbuilt(name);
  }

  async deleteDiskSnapshot(name: string, _target: string, _snapshot: string): Promise<void> {
    throw unbuilt(name);
  }

  async stats(): Promise<Map<string, DomainStats>> {
    return new Map();
  }

  async beginBackup(begin: BackupBegin): Promise<BackupExports> {
    if (begin.live) return beginLive(this.#virsh, begin);
    if (await this.#virsh.isActive(begin.domain)) {
      throw new OneError(
        CODE.ACTION,
        `Domain ${begin.domain} runs, so its disks cannot be read as those of a VM that is off.`,
        {
          retry: true,
        },
      );
    }
    return beginOff(begin);
  }

  async cleanBackup(begin: BackupBegin): Promise<string[]> {
    return cleanUp(this.#virsh, begin);
  }

  /** An order that failed because the domain had stopped by itself is carried out. */
  async #unlessOff(name: string, order: Promise<unknown>): Promise<void> {
    try {
      await order;
    } catch (error) {
      if (await this.#virsh.isActive(name)) throw error;
    }
  }

  /** QEMU runs as another user: a directory that it may not enter is named before QEMU fails with less words. */
  async #checkReach(spec: DomainSpec): Promise<void> {
    const capabilities = await this.#virsh.call("describe the host's abilities", ['capabilities']);
    const { qemuUser } = readCapabilities(capabilities);
    if (qemuUser === undefined) return;
    const os = vectors(spec.template, 'OS')[0];
    const boot = [field(os, 'KERNEL'), field(os, 'INITRD')].filter((path) => path?.startsWith('/'));
    const paths = [...spec.disks.flatMap((disk) => [disk.path, ...disk.backing.map(({ path }) => path)]), ...boot];
    for (const path of new Set(paths)) {
      if (path === undefined) continue;
      const blocked = await unreachableFor(String(qemuUser.uid), path);
      if (blocked.length > 0) throw await unreachableError(String(qemuUser.uid), path, blocked);
    }
  }
}

function unbuilt(name: string): OneError {
  return new OneError(CODE.INTERNAL, `Domain ${name} cannot be changed so by this driver yet.`);
}
