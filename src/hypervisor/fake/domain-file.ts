// The fake's domains: one JSON file each, changed in one step so that another process never reads half of it.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CODE, OneError } from '../../model/errors.ts';
import type { DomainSpec, DomainState } from '../hypervisor.ts';

export interface FakeDomain {
  spec: DomainSpec;
  state: DomainState;
  /** What happened to it, oldest first: lifecycle events in libvirt's words. */
  events: string[];
  /** The backup that runs on it. */
  job: { runDirectory: string; suspended: boolean } | null;
}

export class DomainFiles {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  names(): string[] {
    const files = readdirSync(this.directory).filter((file) => /^one-\d+\.json$/.test(file));
    return files.map((file) => file.slice(0, -'.json'.length));
  }

  find(name: string): FakeDomain | null {
    try {
      return JSON.parse(readFileSync(this.#file(name), 'utf8')) as FakeDomain;
    } catch {
      return null;
    }
  }

  get(name: string): FakeDomain {
    const domain = this.find(name);
    if (domain) return domain;
    throw new OneError(CODE.NO_EXISTS, `The fake hypervisor has no domain ${name}.`);
  }

  put(domain: FakeDomain): void {
    const file = this.#file(domain.spec.name);
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(domain, null, 2));
    renameSync(draft, file);
  }

  remove(name: string): void {
    rmSync(this.#file(name), { force: true });
  }

  #file(name: string): string {
    return join(this.directory, `${name}.json`);
  }
}
