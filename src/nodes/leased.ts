// The duties of one of several control nodes on a PostgreSQL database: it keeps its lease, buries nodes whose lease is over, takes its share
// of what is free and gives back what is too much. Once its own lease may be over it does nothing any more, ever.
import type { Logger } from 'pino';
import { text } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import { ANY_ID, ANY_TOPIC } from '../store/changes.ts';
import type { KnownNode, NodeTable } from '../store/nodes.ts';
import type { Store } from '../store/store.ts';
import { ANY_WORD, type AboutNode, type Duties, type DutyChange, type DutyWork, type NodeStanding } from './duties.ts';
import { datastoreDuty, hostDuty, MAIN, NODE, type Duty, type NodeInfo } from './duty.ts';
import { LEASE_MS, mayAct, RENEW_MS, ROUND_MS, WATCH_MS } from './lease.ts';
import { dutiesToGiveBack, dutiesToTake, type Sharing, type WantedDuty } from './share.ts';

/** What takes longer to be taken up goes on beside the rest. */
const PATIENCE_MS = 10_000;
/** Before the words of nodes, among the topics of the store. */
const TOPIC = 'node ';

export interface LeaseDoors {
  nodeId: string;
  table: NodeTable;
  store: Pick<Store, 'hosts' | 'datastores' | 'wake' | 'onWake' | 'onChange'>;
  about: () => AboutNode;
  /** Milliseconds that go on while this process stands still. */
  steadyMs: () => number;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

export class LeasedDuties implements Duties {
  readonly nodeId: string;
  readonly isShared = true;
  readonly #doors: LeaseDoors;
  readonly #lost = new AbortController();
  readonly #listeners = new Set<(change: DutyChange) => void>();
  readonly #timers: NodeJS.Timeout[] = [];
  /** When the last renewal that was granted was asked for, by the steady clock. */
  #askedAtMs = -Infinity;
  /** Those that are this node's and were taken up. */
  readonly #owned = new Set<Duty>();
  /** Those that are given back at the next round, if nothing of them is under way then. */
  #leaving = new Set<Duty>();
  #wanted: WantedDuty[] | undefined;
  #work: DutyWork | undefined;
  #round: Promise<void> | undefined;
  #again = false;
  #ended = false;

  constructor(doors: LeaseDoors) {
    this.#doors = doors;
    this.nodeId = doors.nodeId;
  }

  get localName(): string {
    return this.#doors.about().name;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Makes the node known; from here its lease is kept. */
  async join(): Promise<void> {
    const { table, about, steadyMs } = this.#doors;
    const askedAtMs = steadyMs();
    await table.join({ id: this.nodeId, pin: '', ...about() }, LEASE_MS);
    this.#askedAtMs = askedAtMs;
    this.#every(RENEW_MS, () => this.#renew());
    this.#every(WATCH_MS, () => {
      if (!mayAct(steadyMs(), this.#askedAtMs)) this.lose('it could not be renewed in time');
    });
  }

  owns(duty: Duty): boolean {
    return this.#mayAct() && this.#owned.has(duty) && !this.#leaving.has(duty);
  }

  async ownerOf(duty: Duty): Promise<(NodeInfo & { mine: boolean }) | undefined> {
    const { nodes, claims } = await this.#doors.table.standing();
    const owner = nodes.find(({ id, isAlive }) => isAlive && id === claims.get(duty));
    return owner && { ...infoOf(owner), mine: owner.id === this.nodeId };
  }

  async nodes(): Promise<NodeInfo[]> {
    const { nodes } = await this.#doors.table.standing();
    return nodes.filter(({ isAlive }) => isAlive).map(infoOf);
  }

  async standing(): Promise<NodeStanding[]> {
    const { nodes, claims } = await this.#doors.table.standing();
    const dutiesOf = (id: string): string[] => [...claims].filter(([, node]) => node === id).map(([duty]) => duty);
    return nodes
      .filter(({ isAlive }) => isAlive)
      .map((node) => ({ ...infoOf(node), duties: dutiesOf(node.id).toSorted(), leaseLeftMs: node.leaseLeftMs }));
  }

  onChange(listener: (change: DutyChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async begin(work: DutyWork): Promise<void> {
    const { store } = this.#doors;
    this.#work = work;
    store.onChange((changes) => {
      const ours = changes.filter(({ noun }) => noun === 'host' || noun === 'datastore');
      if (ours.length === 0) return;
      const known = new Set(this.#wanted?.map(({ duty }) => duty));
      this.#wanted = undefined;
      if (ours.some(({ noun, id }) => id === ANY_ID || !known.has(`${noun}:${id}` as Duty))) this.#soon();
    });
    await this.#look(true);
    this.#every(ROUND_MS, () => this.#soon());
  }

  /** Ends by itself: what this node had is free at once. */
  async end(): Promise<void> {
    this.#stop();
    await this.#round;
    if (!this.#lost.signal.aborted) await this.#doors.table.leave(this.nodeId);
    await this.#doors.table.close();
  }

  tell(word: string): void {
    const { store, log } = this.#doors;
    if (this.#ended) return;
    store
      .wake(`${TOPIC}${this.nodeId} ${word}`)
      .catch((err: unknown) => log.warn({ word, err }, 'a word to other nodes was lost'));
  }

  /** Not what this node has said itself. */
  onTold(listener: (word: string) => void): () => void {
    return this.#doors.store.onWake((topic) => {
      if (topic === ANY_TOPIC) listener(ANY_WORD);
      if (!topic.startsWith(TOPIC)) return;
      const [from = '', ...words] = topic.slice(TOPIC.length).split(' ');
      if (from !== this.nodeId) listener(words.join(' '));
    });
  }

  /** The lease is over, or may be. */
  lose(why: string): void {
    if (this.#lost.signal.aborted || this.#ended) return;
    this.#stop();
    this.#owned.clear();
    this.#lost.abort(leaseOver(this.nodeId, why));
  }

  #mayAct(): boolean {
    return !this.#lost.signal.aborted && mayAct(this.#doors.steadyMs(), this.#askedAtMs);
  }

  #stop(): void {
    this.#ended = true;
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  #every(ms: number, work: () => void): void {
    this.#timers.push(setInterval(work, ms));
  }

  /** An attempt that hangs does not keep the next one from being made. */
  #renew(): void {
    const { table, about, steadyMs, log } = this.#doors;
    const askedAtMs = steadyMs();
    table.renew(this.nodeId, about().url, LEASE_MS).then(
      (granted) => {
        if (granted) this.#askedAtMs = Math.max(this.#askedAtMs, askedAtMs);
        else this.lose('the other nodes go on without this one');
      },
      (err: unknown) => log.warn({ err }, 'the lease of this node was not renewed; it is tried again'),
    );
  }

  #soon(): void {
    if (this.#ended) return;
    this.#again = this.#round !== undefined;
    this.#round ??= this.#look(false)
      .catch((err: unknown) => this.#doors.log.warn({ err }, 'the duties of the nodes could not be looked at'))
      .finally(() => {
        this.#round = undefined;
        if (this.#again) this.#soon();
      });
  }

  async #look(patient: boolean): Promise<void> {
    const { table, about } = this.#doors;
    let { nodes, claims } = await table.standing();
    const me = nodes.find(({ id }) => id === this.nodeId);
    if (!me?.isAlive) return this.lose('the other nodes go on without this one');
    for (const dead of nodes.filter(({ isAlive }) => !isAlive)) {
      this.#doors.log.warn({ node: dead.id, name: dead.name }, 'a node is gone: its duties are free');
      await table.bury(dead.id);
      ({ nodes, claims } = await table.standing());
    }
    const alive = nodes.filter(({ isAlive }) => isAlive);
    const sharing = {
      me: { id: this.nodeId, name: about().name },
      nodes: alive,
      wanted: await this.#allDuties(),
      claims,
    };
    await this.#giveBack(sharing);
    const taken = (await table.take(this.nodeId, dutiesToTake(sharing))) as Duty[];
    if (taken.length === 0) return;
    const up = this.#takeUp(taken);
    if (patient) await up;
  }

  async #allDuties(): Promise<WantedDuty[]> {
    if (this.#wanted) return this.#wanted;
    const { store } = this.#doors;
    const hosts = await store.hosts.list({ ascending: true });
    const datastores = await store.datastores.names({ ascending: true });
    const wanted: WantedDuty[] = [
      { duty: MAIN },
      ...hosts.map(({ id, template }) => ({
        duty: hostDuty(id),
        only: text(template, 'SSH') === undefined ? text(template, NODE) : undefined,
      })),
      ...[...datastores.keys()].toSorted((a, b) => a - b).map((id) => ({ duty: datastoreDuty(id) })),
    ];
    this.#wanted = wanted;
    return wanted;
  }

  async #takeUp(taken: Duty[]): Promise<void> {
    const { log } = this.#doors;
    log.info({ duties: taken }, 'this node takes duties');
    const patience = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => patience.resolve(undefined), PATIENCE_MS);
    const done = this.#work?.takeUp(taken).catch((err: unknown) => {
      log.error({ duties: taken, err }, 'what was left of duties could not all be taken up');
    });
    await Promise.race([done, patience.promise]);
    clearTimeout(timer);
    if (this.#ended) return;
    for (const duty of taken) this.#owned.add(duty);
    this.#say({ gained: taken, lost: [] });
  }

  /** Two rounds: first nothing new is begun, and what was about to begin shows; then it is another node's. */
  async #giveBack(sharing: Sharing): Promise<void> {
    const isBusy = (duty: Duty): boolean => !this.#owned.has(duty) || this.#work?.isBusy(duty) !== false;
    const surplus = dutiesToGiveBack(sharing, isBusy);
    const gone = surplus.filter((duty) => this.#leaving.has(duty));
    this.#leaving = new Set(surplus);
    if (gone.length === 0) return;
    for (const duty of gone) this.#owned.delete(duty);
    this.#say({ gained: [], lost: gone });
    await this.#doors.table.giveBack(this.nodeId, gone);
    for (const duty of gone) this.#leaving.delete(duty);
    this.#doors.log.info({ duties: gone }, 'this node has given duties back');
  }

  #say(change: DutyChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** Why a node may do nothing any more. */
export function leaseOver(nodeId: string, why: string): OneError {
  return new OneError(CODE.INTERNAL, `The lease of this control node (${nodeId}) is over: ${why}.`, {
    retry: true,
    hint: 'It ends now, and may be started again at once.',
  });
}

function infoOf({ id, name, url, version, pin, leaseUntilMs }: KnownNode): NodeInfo {
  return { id, name, url, version, leaseUntilMs, ...(pin !== '' && { pin }) };
}
