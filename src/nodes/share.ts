// Which duties a node takes and which it gives back, so that each has its share and none is left: of all that any node may do, as
// much as every other, rounded up. Pure.
import type { Duty } from './duty.ts';

/** A duty that there is, and the only node, by name, that may have it, if that is said. */
export interface WantedDuty {
  duty: Duty;
  only?: string | undefined;
}

export interface Sharing {
  me: { id: string; name: string };
  /** Those that are up, this one too. */
  nodes: ReadonlyArray<{ id: string; name: string }>;
  wanted: readonly WantedDuty[];
  /** Duty -> id of the node that has it, whether that is up or not. */
  claims: ReadonlyMap<string, string>;
}

function isFor(node: { name: string }, { only }: WantedDuty): boolean {
  return only === undefined || only === node.name;
}

/** How many a node has of all that some node may do. */
export function shareOf({ nodes, wanted }: Pick<Sharing, 'nodes' | 'wanted'>): number {
  const doable = wanted.filter((one) => nodes.some((node) => isFor(node, one)));
  return Math.ceil(doable.length / Math.max(1, nodes.length));
}

/** What only this node may do, it takes at once; of the rest as much as its share has room for. Nodes that look at once begin elsewhere. */
export function dutiesToTake(sharing: Sharing): Duty[] {
  const { me, nodes, wanted, claims } = sharing;
  const free = wanted.filter((one) => !claims.has(one.duty) && isFor(me, one));
  const own = free.filter(({ only }) => only !== undefined).map(({ duty }) => duty);
  const others = free.filter(({ only }) => only === undefined).map(({ duty }) => duty);
  const held = wanted.filter(({ duty }) => claims.get(duty) === me.id).length + own.length;
  const ids = nodes.map(({ id }) => id).toSorted();
  const first = (index: number): boolean => index % ids.length === ids.indexOf(me.id);
  const inOrder = [...others.filter((_, index) => first(index)), ...others.filter((_, index) => !first(index))];
  return [...own, ...inOrder.slice(0, Math.max(0, shareOf(sharing) - held))];
}

/** What is not there any more or is for another node, and what is too much; of that only what is not busy, `main` last. */
export function dutiesToGiveBack(sharing: Sharing, isBusy: (duty: Duty) => boolean): Duty[] {
  const { me, wanted, claims } = sharing;
  const mine = [...claims].filter(([, node]) => node === me.id).map(([duty]) => duty as Duty);
  const known = new Map(wanted.map((one) => [one.duty, one]));
  const isMineToDo = (duty: Duty): boolean => {
    const one = known.get(duty);
    return one !== undefined && isFor(me, one);
  };
  const strange = mine.filter((duty) => !isMineToDo(duty) && !isBusy(duty));
  const kept = mine.filter(isMineToDo);
  const movable = kept.filter((duty) => known.get(duty)?.only === undefined && !isBusy(duty));
  const surplus = Math.max(0, kept.length - shareOf(sharing));
  const inOrder = movable.toSorted((a, b) => Number(a === 'main') - Number(b === 'main'));
  return [...strange, ...inOrder.slice(0, surplus)];
}
