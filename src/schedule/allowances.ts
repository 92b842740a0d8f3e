// What each run may move a second: the smallest of its shares of the datastores and the network that its bytes go through. Pure.
import { networkOf, weightOfDatastore, weightOfHost, type Rules } from './places.ts';
import { sharesOf, type Mover } from './shares.ts';

/** A run that moves bytes. */
export interface Flow extends Omit<Mover, 'weight'> {
  /** -1: of no host. */
  hostId: number;
  datastoreIds: number[];
}

/** Bytes per second by id; runs that nothing limits are left out. */
export function allowances(flows: readonly Flow[], rules: Rules): Map<string, number> {
  const allowed = new Map<string, number>();
  for (const { bytesPerSec, flows: through } of pipes(flows, rules)) {
    const movers = through.map((flow) => ({ ...flow, weight: weightOf(flow, rules) }));
    for (const [id, share] of sharesOf(bytesPerSec, movers)) {
      allowed.set(id, Math.min(Math.max(1, Math.floor(share)), allowed.get(id) ?? Infinity));
    }
  }
  return allowed;
}

interface Pipe {
  bytesPerSec: number;
  flows: Flow[];
}

function pipes(flows: readonly Flow[], rules: Rules): Iterable<Pipe> {
  const all = new Map<string, Pipe>();
  const through = (name: string, bytesPerSec: number | undefined, flow: Flow): void => {
    if (bytesPerSec === undefined) return;
    const pipe = all.get(name) ?? { bytesPerSec, flows: [] };
    pipe.flows.push(flow);
    all.set(name, pipe);
  };
  for (const flow of flows) {
    for (const id of flow.datastoreIds) through(`datastore ${id}`, rules.datastores.get(id)?.bytesPerSec, flow);
    const network = networkOf(rules, flow.hostId);
    if (network) through(`network ${network.name}`, network.bytesPerSec, flow);
  }
  return all.values();
}

function weightOf({ hostId, datastoreIds: [datastoreId = -1] }: Flow, rules: Rules): number {
  return weightOfHost(rules, hostId) * weightOfDatastore(rules, datastoreId);
}
