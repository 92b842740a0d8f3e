// The duties of the one node of its database: everything is its own, and no lease ends.
import { randomBytes } from 'node:crypto';
import type { Store } from '../store/store.ts';
import type { AboutNode, Duties, DutyWork, NodeStanding } from './duties.ts';
import { datastoreDuty, hostDuty, MAIN, type Duty, type NodeInfo } from './duty.ts';

/** Of a lease that does not end. */
const NO_END = Number.MAX_SAFE_INTEGER;

export class SoleDuties implements Duties {
  readonly nodeId = randomBytes(8).toString('hex');
  readonly localName = undefined;
  readonly isShared = false;
  readonly lost = new AbortController().signal;
  readonly #store: Pick<Store, 'hosts' | 'datastores'>;
  readonly #about: () => AboutNode;

  constructor(store: Pick<Store, 'hosts' | 'datastores'>, about: () => AboutNode) {
    this.#store = store;
    this.#about = about;
  }

  owns(): boolean {
    return true;
  }

  async ownerOf(): Promise<NodeInfo & { mine: boolean }> {
    return { ...this.#info(), mine: true };
  }

  async nodes(): Promise<NodeInfo[]> {
    return [this.#info()];
  }

  async standing(): Promise<NodeStanding[]> {
    return [{ ...this.#info(), duties: await this.#all(), leaseLeftMs: undefined }];
  }

  /** Nothing changes hands. */
  onChange(): () => void {
    return () => undefined;
  }

  async begin(work: DutyWork): Promise<void> {
    await work.takeUp(await this.#all());
  }

  async #all(): Promise<Duty[]> {
    const { hosts, datastores } = this.#store;
    const all = [...(await hosts.names()).keys()].map(hostDuty);
    return [MAIN, ...all, ...[...(await datastores.names()).keys()].map(datastoreDuty)];
  }

  async end(): Promise<void> {}

  /** There is nobody to hear it. */
  tell(): void {}

  onTold(): () => void {
    return () => undefined;
  }

  #info(): NodeInfo {
    return { id: this.nodeId, ...this.#about(), leaseUntilMs: NO_END };
  }
}
