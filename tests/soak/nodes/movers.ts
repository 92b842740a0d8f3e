// Looks again and again which movers are alive: no machine may have two runs worked on at the same time. A run that is over may still be
// cleaned up after, under its own name.
import { readFileSync } from 'node:fs';
import type { Store } from '../../../src/store/store.ts';
import { processesWhere } from '../../faults/processes.ts';

const MOVER = /\/src\/mover\/main\.ts ([0-9a-f]{16})/;
const LOOK_MS = 250;

interface Mover {
  pid: number;
  operationId: string;
  startedAt: string;
}

export class MoverWatch {
  readonly #store: Store;
  readonly #root: string;
  readonly #vmOf = new Map<string, number>();
  readonly breaches: string[] = [];
  /** How many movers were alive, each time. */
  readonly counts: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking = Promise.resolve();

  /** `root` is of the copy of OneVault whose movers are meant. */
  constructor(store: Store, root: string) {
    this.#store = store;
    this.#root = root;
  }

  begin(): void {
    let busy = false;
    this.#timer = setInterval(() => {
      if (busy) return;
      busy = true;
      this.#looking = this.#look().finally(() => (busy = false));
    }, LOOK_MS);
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const movers = this.#alive();
    this.counts.push(movers.length);
    const byVm = new Map<number, Mover[]>();
    for (const mover of movers) {
      const vmId = await this.#vm(mover.operationId);
      if (vmId >= 0) byVm.set(vmId, [...(byVm.get(vmId) ?? []), mover]);
    }
    for (const [vmId, several] of byVm) {
      if (new Set(several.map(({ operationId }) => operationId)).size < 2) continue;
      // both at once, not one after the other while the list was read
      const still = several.filter((mover) => isSame(mover));
      if (new Set(still.map(({ operationId }) => operationId)).size < 2) continue;
      this.breaches.push(`VM ${vmId} had movers of runs ${still.map(({ operationId }) => operationId).join(' and ')}`);
    }
  }

  #alive(): Mover[] {
    const movers: Mover[] = [];
    processesWhere((command, pid) => {
      const id = command.includes(this.#root) ? MOVER.exec(command)?.[1] : undefined;
      const startedAt = startOf(Number(pid));
      if (id !== undefined && startedAt !== undefined) movers.push({ pid: Number(pid), operationId: id, startedAt });
      return false;
    });
    return movers;
  }

  /** -1 for a run that is of the care of backups, which may go on beside others. */
  async #vm(operationId: string): Promise<number> {
    const known = this.#vmOf.get(operationId);
    if (known !== undefined) return known;
    const operation = await this.#store.operations.find(operationId);
    if (!operation) return -1;
    const vmId = operation.kind === 'backup' || operation.inPlace === true ? operation.vmId : -1;
    this.#vmOf.set(operationId, vmId);
    return vmId;
  }
}

function isSame({ pid, startedAt }: Mover): boolean {
  return startOf(pid) === startedAt;
}

/** Ticks at which it was started; undefined when it has ended, buried or not. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined; // it has just ended
  }
}
