// Which backup makes which other one go, when the last few are kept. Pure: when backups come is the daemon's word.

export interface Retained {
  /** Epoch seconds of a backup that is taken. */
  at: number;
  /** Of the one that goes then; undefined while there is room. */
  goes: number | undefined;
}

/** `keepLast` 0 keeps all. */
export function retainedOf(times: readonly number[], keepLast: number): Retained[] {
  return times.map((at, index) => ({ at, goes: keepLast === 0 ? undefined : times[index - keepLast] }));
}

/** How far one can go back once the number is reached, in seconds; undefined when that is not seen. */
export function reachOf(times: readonly number[], keepLast: number): number | undefined {
  const [oldest, newest] = [times[0], times[keepLast - 1]];
  return keepLast === 0 || oldest === undefined || newest === undefined ? undefined : newest - oldest;
}
