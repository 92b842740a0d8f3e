// A hypervisor without machines: domains are files in a directory, a backup exports copies of the disks through an NBD server
// in this process. Everything above the door can be tried with it where there is no libvirt.
import { mkdir, rm, rmdir, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { CODE, OneError } from '../../model/errors.ts';
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
import { DomainFiles, type FakeDomain } from './domain-file.ts';
import { copyAtOneInstant, overwrittenBytes, type DiskCopy } from './instant.ts';
import { serveNbd } from './nbd-server.ts';

export class FakeHypervisor implements Hypervisor {
  readonly #files: DomainFiles;

  /** `directory` keeps the domains; processes that share it share the hypervisor. */
  constructor(directory: string) {
    this.#files = new DomainFiles(directory);
  }

  async describe(): Promise<HostDescription> {
    const memory = { totalMemKb: 16 * 1024 * 1024, usedMemKb: 1024 * 1024 };
    return {
      totalCpu: 800,
      ...memory,
      hypervisorVersion: 'fake',
      libvirtVersion: '',
      arch: 'x86_64',
      foreignVmIds: [],
    };
  }

  async probeKvm(): Promise<boolean> {
    return false;
  }

  async domains(): Promise<Map<string, DomainState>> {
    return new Map(this.#files.names().flatMap((name) => this.#stateOf(name)));
  }

  async deploy(spec: DomainSpec): Promise<void> {
    const state = this.#files.find(spec.name)?.state;
    if (state === 'running' || state === 'paused') return;
    const events = this.#files.find(spec.name)?.events ?? [];
    this.#files.put({ spec, state: 'running', events: [...events, 'Started Booted'], job: null });
  }

  async shutdown(name: string, hard: boolean): Promise<void> {
    const domain = this.#files.find(name);
    if (domain === null || domain.state === 'shutoff') return;
    this.#change(domain, { state: 'shutoff', job: null }, hard ? 'Stopped Destroyed' : 'Stopped Shutdown');
  }

  async reboot(name: string): Promise<void> {
    const domain = this.#files.get(name);
    if (domain.state !== 'running')
      throw new OneError(CODE.ACTION, `Domain ${name} does not run, so it cannot be rebooted.`);
  }

  async remove(name: string): Promise<void> {
    await this.shutdown(name, true);
    this.#files.remove(name);
  }

  async *watch(signal: AbortSignal): AsyncGenerator<{ domain: string; event: string }> {
    const seen = new Map(this.#files.names().map((name) => [name, this.#files.find(name)?.events.length ?? 0]));
    try {
      for await (const change of watch(this.#files.directory, { signal })) {
        const name = /^(one-\d+)\.json$/.exec(change.filename ?? '')?.[1];
        const events = name === undefined ? undefined : this.#files.find(name)?.events;
        if (name === undefined || events === undefined) continue;
        const fresh = events.slice(seen.get(name) ?? 0);
        seen.set(name, events.length);
        for (const event of fresh) yield { domain: name, event };
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
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
    this.#take(begin);
    try {
      return await this.#export(begin);
    } catch (error) {
      await this.#release(begin);
      throw error;
    }
  }

  async cleanBackup(begin: BackupBegin): Promise<string[]> {
    const domain = this.#files.find(begin.domain);
    const found: string[] = [];
    if (domain?.job?.runDirectory === begin.runDirectory) {
      if (domain.job.suspended) found.push(`Resumed ${begin.domain}, which had been suspended for a backup.`);
      found.push(`Ended a backup job of ${begin.domain} that nobody used any more.`);
    }
    await this.#release(begin);
    return found;
  }

  async #export(begin: BackupBegin): Promise<BackupExports> {
    await mkdir(begin.runDirectory, { recursive: true, mode: 0o700 });
    const copies = copiesOf(begin);
    const suspends = begin.live && begin.freeze === 'SUSPEND' && this.#files.find(begin.domain)?.state === 'running';
    if (suspends) this.#suspend(begin);
    const date = await copyAtOneInstant(copies).finally(() => suspends && this.#resume(begin.domain));
    const socket = join(begin.runDirectory, 'backup.sock');
    const names = copies.map(({ diskId, copy }) => [`disk.${diskId}`, copy] as const);
    const server = await serveNbd(socket, new Map(names));
    return {
      exports: copies.map(({ diskId }) => ({ diskId, socket, exportName: `disk.${diskId}` })),
      date,
      warnings: [],
      scratchBytes: async () =>
        (await Promise.all(copies.map(overwrittenBytes))).reduce((sum, bytes) => sum + bytes, 0),
      end: async () => {
        await server.close();
        await this.#release(begin);
      },
    };
  }

  /** Notes the job on the domain, so that a second one is refused. A VM that is off has no domain to note it on. */
  #take(begin: BackupBegin): void {
    const domain = this.#files.find(begin.domain);
    const runs = domain?.state === 'running' || domain?.state === 'paused';
    if (runs !== begin.live) {
      throw new OneError(
        CODE.ACTION,
        `Domain ${begin.domain} ${runs ? 'runs' : 'does not run'}, so this backup cannot begin.`,
        {
          retry: true,
        },
      );
    }
    if (domain?.job) {
      const where = domain.job.runDirectory;
      throw new OneError(
        CODE.ACTION,
        `A backup job of ${begin.domain} is already running; it exports its disks at ${where}.`,
        {
          retry: true,
        },
      );
    }
    if (domain) this.#files.put({ ...domain, job: { runDirectory: begin.runDirectory, suspended: false } });
  }

  async #release(begin: BackupBegin): Promise<void> {
    const domain = this.#files.find(begin.domain);
    if (domain?.job?.runDirectory === begin.runDirectory) {
      if (domain.job.suspended) this.#resume(begin.domain);
      this.#files.put({ ...this.#files.get(begin.domain), job: null });
    }
    for (const { copy } of copiesOf(begin)) await rm(copy, { force: true });
    await rm(join(begin.runDirectory, 'backup.sock'), { force: true });
    await rmdir(begin.runDirectory).catch(() => undefined); // gone already, or somebody else's files are in it
  }

  #suspend(begin: BackupBegin): void {
    const job = { runDirectory: begin.runDirectory, suspended: true };
    this.#change(this.#files.get(begin.domain), { state: 'paused', job }, 'Suspended Paused');
  }

  #resume(name: string): void {
    const domain = this.#files.get(name);
    const job = domain.job && { ...domain.job, suspended: false };
    this.#change(domain, { state: 'running', job }, 'Resumed Unpaused');
  }

  #change(domain: FakeDomain, change: Partial<FakeDomain>, event: string): void {
    this.#files.put({ ...domain, ...change, events: [...domain.events, event] });
  }

  #stateOf(name: string): Array<[string, DomainState]> {
    const domain = this.#files.find(name);
    return domain ? [[name, domain.state]] : [];
  }
}

function copiesOf(begin: BackupBegin): DiskCopy[] {
  return begin.disks.map(({ diskId, path, format }) => ({
    diskId,
    path,
    format,
    copy: join(begin.runDirectory, `instant.${diskId}`),
  }));
}

function unbuilt(name: string): OneError {
  return new OneError(CODE.INTERNAL, `Domain ${name} cannot be changed so by this driver yet.`);
}
