// Which of the fake's domains are ours, and what may be done with them: the deployed ones and those that were adopted.
import { randomUUID } from 'node:crypto';
import { CODE, OneError } from '../../model/errors.ts';
import type { Adopted, DomainNic, DomainSpec } from '../hypervisor.ts';
import { DomainFiles, isDeployed, type FakeDomain } from './domain-file.ts';

export class Domains {
  readonly files: DomainFiles;
  /** Uuids of adopted domains, by name. */
  readonly #adopted: Map<string, string>;

  constructor(directory: string, adopted: readonly Adopted[]) {
    this.files = new DomainFiles(directory);
    this.#adopted = new Map(adopted.map(({ name, uuid }) => [name, uuid]));
  }

  adopt({ name, uuid }: Adopted): void {
    this.#adopted.set(name, uuid);
  }

  disown(name: string): void {
    this.#adopted.delete(name);
  }

  isAdopted(name: string): boolean {
    return this.#adopted.has(name);
  }

  /** Those of somebody else's, adopted ones aside. */
  wild(): FakeDomain[] {
    return this.files.wild().filter((domain) => !this.#isTheAdopted(domain));
  }

  change(domain: FakeDomain, change: Partial<FakeDomain>, event: string): void {
    this.files.put({ ...domain, ...change, events: [...domain.events, event] });
  }

  /** Changes a domain that begins to run. */
  run(domain: FakeDomain, event: string): void {
    this.change(domain, { state: 'running', job: null }, event);
  }

  ours(): FakeDomain[] {
    return this.files.all().filter((domain) => this.isOurs(domain));
  }

  isOurs(domain: FakeDomain): boolean {
    return this.#adopted.has(domain.name) ? this.#isTheAdopted(domain) : isDeployed(domain);
  }

  #isTheAdopted({ name, uuid }: Adopted): boolean {
    return this.#adopted.get(name) === uuid;
  }

  /** The domain, when it is one of ours. */
  find(name: string): FakeDomain | null {
    const known = this.isAdopted(name)
      ? this.files.wild().find((domain) => domain.name === name)
      : this.files.find(name);
    return known && this.isOurs(known) ? known : null;
  }

  get(name: string): FakeDomain {
    const domain = this.find(name);
    if (domain) return domain;
    throw new OneError(CODE.NO_EXISTS, `There is no domain ${name} of this OneVault.`);
  }

  active(name: string, done: string): FakeDomain {
    const domain = this.get(name);
    if (isActive(domain)) return domain;
    throw new OneError(CODE.ACTION, `Domain ${name} does not run, so it cannot be ${done}.`, { retry: true });
  }

  /** What is known of a domain that may be defined from a specification: not one of somebody else's. */
  deployable(spec: DomainSpec): FakeDomain | null {
    if (this.#adopted.has(spec.name)) {
      throw new OneError(
        CODE.ACTION,
        `Domain ${spec.name} was taken over as it was; it can be started, but not defined anew.`,
      );
    }
    const known = this.files.find(spec.name);
    if (known === null || this.isOurs(known)) return known;
    throw new OneError(
      CODE.ACTION,
      `Domain ${spec.name} cannot be deployed: there is one which is not of this OneVault.`,
    );
  }
}

export function isActive({ state }: FakeDomain): boolean {
  return state === 'running' || state === 'paused';
}

export function sameMac(one: Pick<DomainNic, 'mac'>, other: Pick<DomainNic, 'mac'>): boolean {
  return one.mac.toLowerCase() === other.mac.toLowerCase();
}

/** A domain as its specification says; what happened to an earlier one of that name stays known. */
export function freshDomain(spec: DomainSpec, known: FakeDomain | null): FakeDomain {
  const { name, vcpu, memoryMb, template, disks, nics } = spec;
  const before = { uuid: known?.uuid ?? randomUUID(), events: known?.events ?? [], snapshots: known?.snapshots ?? [] };
  return {
    file: `${name}.json`,
    name,
    vcpu,
    memoryMb,
    template,
    disks,
    nics,
    unsaid: [],
    state: 'shutoff',
    job: null,
    memory: '',
    ...before,
  };
}
