// The fake's domains: one JSON file each, changed in one step so that another process never reads half of it. `one-<n>.json` is one
// that was deployed; `wild-<anything>.json` is one of somebody else's, put there by hand or by a test, with the fields of a
// WildDomain.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CODE, OneError } from '../../model/errors.ts';
import { field, vectors } from '../../model/attributes.ts';
import type { DomainDisk, DomainNic, WildDomain } from '../hypervisor.ts';

export interface FakeDomain extends WildDomain {
  /** Name of its file. */
  file: string;
  /** What happened to it, oldest first: lifecycle events in libvirt's words. */
  events: string[];
  /** The backup that runs on it. */
  job: { runDirectory: string; suspended: boolean } | null;
  /** What its guest remembers until it stops. */
  memory: string;
  disks: FakeDisk[];
  nics: Array<Pick<DomainNic, 'mac'>>;
  snapshots: FakeSnapshot[];
}

export type FakeDisk = Pick<DomainDisk, 'target' | 'path' | 'readonly'> & { format: string };

export interface FakeSnapshot {
  id: string;
  memory: string;
}

const DEPLOYED = /^(one-\d+)\.json$/;
const WILD = /^wild-.*\.json$/;

export class DomainFiles {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  all(): FakeDomain[] {
    return readdirSync(this.directory).flatMap((file) => this.read(file) ?? []);
  }

  wild(): FakeDomain[] {
    const files = readdirSync(this.directory).filter((file) => WILD.test(file));
    return files.flatMap((file) => this.read(file) ?? []);
  }

  /** The domain in that file; null when there is none, or half of a file that is being planted. */
  read(file: string): FakeDomain | null {
    if (!DEPLOYED.test(file) && !WILD.test(file)) return null;
    try {
      return complete(JSON.parse(readFileSync(join(this.directory, file), 'utf8')) as WildDomain, file);
    } catch (error) {
      if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT'))
        return null;
      throw error;
    }
  }

  /** A deployed one, or else a wild one. */
  find(name: string): FakeDomain | null {
    return this.read(`${name}.json`) ?? this.wild().find((domain) => domain.name === name) ?? null;
  }

  get(name: string): FakeDomain {
    const domain = this.find(name);
    if (domain) return domain;
    throw new OneError(CODE.NO_EXISTS, `The fake hypervisor has no domain ${name}.`);
  }

  put(domain: FakeDomain): void {
    const file = join(this.directory, domain.file);
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(domain, null, 2));
    renameSync(draft, file);
  }

  /** Forgets a deployed domain. */
  remove(name: string): void {
    rmSync(join(this.directory, `${name}.json`), { force: true });
  }
}

export function isDeployed({ file }: Pick<FakeDomain, 'file'>): boolean {
  return DEPLOYED.test(file);
}

/** A wild domain is planted with less than the fake keeps of it. */
function complete(planted: WildDomain & Partial<FakeDomain>, file: string): FakeDomain {
  const given = vectors(planted.template, 'DISK').map((disk) => ({
    target: field(disk, 'TARGET') ?? '',
    path: field(disk, 'SOURCE') ?? '',
    format: field(disk, 'FORMAT') ?? 'raw',
    readonly: field(disk, 'READONLY') === 'YES',
  }));
  const nics = vectors(planted.template, 'NIC').map((nic) => ({ mac: field(nic, 'MAC') ?? '' }));
  return { disks: given, nics, events: [], job: null, memory: '', snapshots: [], ...planted, file };
}
