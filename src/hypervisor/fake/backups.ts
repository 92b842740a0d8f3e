// A backup on the fake: copies of the disks, taken at one instant and exported by an NBD server in this process.
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CODE, OneError } from '../../model/errors.ts';
import type { Consistency } from '../../model/image.ts';
import type { BackupBegin, BackupExports } from '../hypervisor.ts';
import type { Domains } from './domains.ts';
import { copyAtOneInstant, overwrittenBytes, type DiskCopy } from './instant.ts';
import type { Served } from './nbd-negotiate.ts';
import { serveNbd } from './nbd-server.ts';
import type { Trackers } from './trackers.ts';

const CONSISTENCY: Record<BackupBegin['freeze'], Consistency> = {
  NONE: 'crash',
  AGENT: 'filesystem',
  SUSPEND: 'suspended',
};

export class Backups {
  readonly #domains: Domains;
  readonly #trackers: Trackers;

  constructor(domains: Domains, trackers: Trackers) {
    this.#domains = domains;
    this.#trackers = trackers;
  }

  async begin(begin: BackupBegin): Promise<BackupExports> {
    this.#take(begin);
    try {
      return await this.#export(begin);
    } catch (error) {
      await this.#release(begin);
      await this.#dropBegun(begin);
      throw error;
    }
  }

  async clean(begin: BackupBegin): Promise<string[]> {
    const domain = this.#domains.find(begin.domain);
    const found: string[] = [];
    if (domain?.job?.runDirectory === begin.runDirectory) {
      if (domain.job.suspended) found.push(`Resumed ${begin.domain}, which had been suspended for a backup.`);
      found.push(`Ended a backup job of ${begin.domain} that nobody used any more.`);
    }
    await this.#release(begin);
    return [...found, ...(await this.#dropBegun(begin))];
  }

  async #export(begin: BackupBegin): Promise<BackupExports> {
    await mkdir(begin.runDirectory, { recursive: true, mode: 0o700 });
    const copies = copiesOf(begin);
    const suspends = begin.live && begin.freeze === 'SUSPEND' && this.#domains.find(begin.domain)?.state === 'running';
    if (suspends) this.#suspend(begin);
    const date = await copyAtOneInstant(copies).finally(() => suspends && this.#resume(begin.domain));
    const changes = begin.tracking ? await this.#trackers.advance(begin.tracking, copies) : null;
    const socket = join(begin.runDirectory, 'backup.sock');
    const served = copies.map(({ diskId, copy }): [string, Served] => {
      const dirty = changes?.get(diskId);
      return [`disk.${diskId}`, { path: copy, ...(dirty && { changes: { context: contextOf(diskId), dirty } }) }];
    });
    const server = await serveNbd(socket, new Map(served));
    return {
      exports: copies.map(({ diskId }) => ({
        diskId,
        socket,
        exportName: `disk.${diskId}`,
        ...(changes && { changes: { context: contextOf(diskId), kind: 'dirty-bitmap' } }),
      })),
      date,
      warnings: [],
      consistency: begin.live ? CONSISTENCY[begin.freeze] : 'crash',
      scratchBytes: async () =>
        (await Promise.all(copies.map(overwrittenBytes))).reduce((sum, bytes) => sum + bytes, 0),
      end: async () => {
        await server.close();
        await this.#release(begin);
      },
    };
  }

  async #dropBegun({ vmId, tracking }: BackupBegin): Promise<string[]> {
    return tracking ? this.#trackers.drop(vmId, (name) => name === tracking.next) : [];
  }

  /** Notes the job on the domain, so that a second one is refused. A VM that is off has no domain to note it on. */
  #take(begin: BackupBegin): void {
    const domain = this.#domains.find(begin.domain);
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
    if (domain) this.#domains.files.put({ ...domain, job: { runDirectory: begin.runDirectory, suspended: false } });
  }

  async #release(begin: BackupBegin): Promise<void> {
    const domain = this.#domains.find(begin.domain);
    if (domain?.job?.runDirectory === begin.runDirectory) {
      if (domain.job.suspended) this.#resume(begin.domain);
      this.#domains.files.put({ ...this.#domains.get(begin.domain), job: null });
    }
    for (const { copy } of copiesOf(begin)) await rm(copy, { force: true });
    await rm(join(begin.runDirectory, 'backup.sock'), { force: true });
    await rmdir(begin.runDirectory).catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (code !== 'ENOENT' && code !== 'ENOTEMPTY') throw error; // gone already, or somebody else's files are in it
    });
  }

  #suspend(begin: BackupBegin): void {
    const job = { runDirectory: begin.runDirectory, suspended: true };
    this.#domains.change(this.#domains.get(begin.domain), { state: 'paused', job }, 'Suspended Paused');
  }

  #resume(name: string): void {
    const domain = this.#domains.get(name);
    const job = domain.job && { ...domain.job, suspended: false };
    this.#domains.change(domain, { state: 'running', job }, 'Resumed Unpaused');
  }
}

function contextOf(diskId: number): string {
  return `qemu:dirty-bitmap:changes.${diskId}`;
}

function copiesOf(begin: BackupBegin): DiskCopy[] {
  return begin.disks.map(({ diskId, path, format }) => ({
    diskId,
    path,
    format,
    copy: join(begin.runDirectory, `instant.${diskId}`),
  }));
}
