// Which domains are ours without our mark: those adopted, by name and uuid. A command names them by uuid, because a name may look
// like an option, a number or somebody else's uuid. Pure but for what it remembers.
import { CODE, OneError } from '../../model/errors.ts';
import { vmIdOf } from '../../model/ids.ts';
import type { Adopted } from '../../model/hypervisor-config.ts';

export class AdoptedDomains {
  readonly #uuids = new Map<string, string>();

  constructor(adopted: readonly Adopted[] = []) {
    for (const domain of adopted) this.add(domain);
  }

  add({ name, uuid }: Adopted): void {
    this.#uuids.set(name, uuid.toLowerCase());
  }

  delete(name: string): void {
    this.#uuids.delete(name);
  }

  has(name: string): boolean {
    return this.#uuids.has(name);
  }

  /** The name alone proves nothing: the domain may have been replaced by another one. */
  includes({ name, uuid }: Adopted): boolean {
    return this.#uuids.get(name) === uuid.toLowerCase();
  }

  /** How a command is told which domain is meant. Throws for a name that can be none of ours. */
  argument(name: string): ['--domain', string] {
    const uuid = this.#uuids.get(name);
    if (uuid !== undefined) return ['--domain', uuid];
    if (vmIdOf(name) !== undefined) return ['--domain', name];
    throw new OneError(
      CODE.NO_EXISTS,
      `Domain ${name} is none of this OneVault: it is neither called one-<id> nor imported.`,
    );
  }
}
