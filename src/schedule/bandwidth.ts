// Keeps the runs of a datastore, and those over a network, within its BANDWIDTH: each run is allowed its share, and shares are made anew when
// a run begins or ends, and every few seconds by what the runs make of them.
import type { MoverRates } from '../exec/mover-rates.ts';
import { WAITING, type Operation } from '../model/operation.ts';
import { sampleOf } from '../model/pace.ts';
import type { TakenPlaces } from '../store/store.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { allowances, type Flow } from './allowances.ts';
import { Measured } from './measured.ts';
import type { Rules } from './places.ts';

export interface BandwidthParts {
  parts: Pick<Parts, 'store' | 'clock' | 'log'>;
  log: Pick<OperationLog, 'all' | 'listen' | 'allowed'>;
  rates: Pick<MoverRates, 'allow'>;
  rules: () => Promise<Rules>;
  /** Backups on hosts of other control nodes. */
  elsewhere: () => Promise<readonly TakenPlaces[]>;
}

const EVERY_MS = 2000;
/** Kinds whose movers know how to keep to a rate. */
const MOVES = new Set<Operation['kind']>(['backup', 'restore', 'flatten', 'verify', 'copy']);

export class Bandwidth {
  readonly #parts: BandwidthParts;
  readonly #measured = new Measured();
  readonly #unlisten: Array<() => void>;
  /** Phases of the runs as they were when shares were made last: what only moves on changes nothing. */
  #seen = '';
  #timer: NodeJS.Timeout | undefined;
  #sharing: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(parts: BandwidthParts) {
    this.#parts = parts;
    const { store } = parts.parts;
    this.#unlisten = [
      parts.log.listen(() => {
        if (this.#phases() !== this.#seen) this.wake();
      }),
      store.onChange((changes) => {
        if (changes.some(({ noun }) => noun === 'datastore') && this.#seen !== '') this.wake();
      }),
    ];
  }

  /** Makes shares anew, soon. */
  wake(): void {
    if (this.#closed) return;
    if (this.#sharing) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#sharing = this.#share()
      .catch((err: unknown) => this.#parts.parts.log.error({ err }, 'bandwidth was not shared'))
      .finally(() => {
        this.#sharing = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.wake();
      });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const unlisten of this.#unlisten) unlisten();
    await this.#sharing;
  }

  async #share(): Promise<void> {
    this.#seen = this.#phases();
    const rules = await this.#parts.rules();
    const elsewhere = await this.#parts.elsewhere();
    const runs = this.#moving();
    const nowMs = this.#parts.parts.clock();
    const flows = runs.map((run) => this.#flowOf(run, nowMs));
    const allowed = allowances([...flows, ...flowsOf(elsewhere)], rules);
    for (const run of runs) this.#allow(run, allowed.get(run.id), nowMs);
    this.#measured.keep(new Set(runs.map(({ id }) => id)), (id) => this.#parts.rates.allow(id, null));
    if (allowed.size > 0 && !this.#closed) this.#timer = setTimeout(() => this.wake(), EVERY_MS);
  }

  #flowOf(run: Operation, nowMs: number): Flow {
    const measure = this.#measured.look(run.id, sampleOf(run.disks, nowMs));
    return { id: run.id, hostId: run.hostId, datastoreIds: datastoresOf(run), ...measure };
  }

  #allow(run: Operation, bytesPerSec: number | undefined, nowMs: number): void {
    this.#measured.allow(run.id, bytesPerSec, sampleOf(run.disks, nowMs));
    this.#parts.rates.allow(run.id, bytesPerSec ?? null);
    this.#parts.log.allowed(run, bytesPerSec);
  }

  #moving(): Operation[] {
    return this.#parts.log.all().filter(({ kind, phase }) => MOVES.has(kind) && phase !== WAITING);
  }

  #phases(): string {
    return this.#moving()
      .map(({ id, phase }) => `${id} ${phase}`)
      .join();
  }
}

/** Where its bytes are read from or stored. */
function datastoresOf({ kind, datastoreId, reads }: Operation): number[] {
  const read = reads?.datastoreId ?? datastoreId;
  return kind === 'copy' ? [...new Set([read, datastoreId])] : [kind === 'backup' ? datastoreId : read];
}

/** Of those of other nodes nothing is known but where they are. */
function flowsOf(elsewhere: readonly TakenPlaces[]): Flow[] {
  return elsewhere.flatMap(({ hostId, datastoreId, count }) =>
    Array.from({ length: count }, (_, index) => ({
      id: `host ${hostId}, datastore ${datastoreId}, ${index}`,
      ...{ hostId, datastoreIds: [datastoreId], moves: undefined, allowed: undefined },
    })),
  );
}
