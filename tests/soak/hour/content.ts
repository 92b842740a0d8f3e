// What a guest of the long soak writes all the time, and what its disks can hold at any instant because of that: number after number,
// each first to one disk and then to the other, at places that follow from the number. Pure.

/** Blocks of one sector of file systems and of QEMU, one in each cluster. */
export const BLOCK_BYTES = 4096;
const CLUSTER_BYTES = 65_536;
export const PLACES = 200;
/** All numbers have as many digits, so that a block is a text of 16 characters again and again. */
export const FIRST_NUMBER = 100_000_000;
const TARGETS = ['vdb', 'vdc'] as const;

/** Numbers that a disk has been given, in the order of writing; it may have been put back to an older state between two of them. */
export type Lineage = ReadonlyArray<{ from: number; to: number }>;

/**
 * A shell command that writes the number `again` once more, as it may be on one of the disks alone, then all from `from` on, and says each on
 * the console when it is on both disks.
 */
export function writer(vmId: number, again: number, from: number, pauseMs: number): string {
  const double = 's=$s$s'.concat(';s=$s$s'.repeat(Math.log2(BLOCK_BYTES / 16) - 1));
  const place = `$((n % ${PLACES} * ${CLUSTER_BYTES / BLOCK_BYTES}))`;
  const writes = TARGETS.map(
    (target) => `printf %s "$s" | dd of=/dev/${target} bs=${BLOCK_BYTES} seek=${place} conv=notrunc,fsync 2>/dev/null`,
  );
  const one = `s="${tagOf(vmId)} $n."; ${double}; ${writes.join(' && ')} && printf '\\nw %s\\n' $n >/dev/ttyS0`;
  const first = again < FIRST_NUMBER ? '' : `n=${again}; one; `;
  const loop = `n=${from}; while one; do n=$((n+1)); usleep ${pauseMs * 1000}; done`;
  return `(one() { ${one}; }; ${first}${loop}) </dev/null >/dev/null 2>&1 &`;
}

/** The last number that the guest has said in this piece of its console. */
export function lastSaid(console: string): number | undefined {
  const said = [...console.matchAll(/^w (\d{9})\r?$/gm)].at(-1)?.[1];
  return said === undefined ? undefined : Number(said);
}

export interface Found {
  /** The newest number that is on the first disk, FIRST_NUMBER - 1 where there is none. */
  newest: number;
  wrong: string[];
}

/** Holds the raw content of both disks, which are of one instant, against all that the guest may have written. */
export function examine(vmId: number, disks: readonly Buffer[], lineage: Lineage): Found {
  const wrong: string[] = [];
  const numbers = disks.map((disk, index) => numbersOn(vmId, disk, (what) => wrong.push(`${TARGETS[index]}: ${what}`)));
  const newestOf = numbers.map((all) => Math.max(FIRST_NUMBER - 1, ...all.values()));
  for (const [index, all] of numbers.entries()) {
    const newest = newestOf[index] ?? NaN;
    for (let place = 0; place < PLACES; place++) {
      const due = lastAt(lineage, place, newest);
      const is = all.get(place);
      if (is === due) continue;
      wrong.push(
        `${TARGETS[index]}: place ${place} holds ${is ?? 'nothing'} and not ${due ?? 'nothing'}, up to ${newest}`,
      );
    }
  }
  const [first = NaN, second = NaN] = newestOf;
  if (first !== second && second !== before(lineage, first)) {
    wrong.push(`The disks are not of one instant: the first is at ${first}, the second at ${second}.`);
  }
  return { newest: first, wrong };
}

/** The lineage of disks that were put back to when `newest` was the last number; what is written next is `from`. */
export function putBack(lineage: Lineage, newest: number, from: number): Lineage {
  const kept = lineage
    .filter((range) => range.from <= newest)
    .map((range) => ({ ...range, to: Math.min(range.to, newest) }));
  return [...kept, { from, to: Infinity }];
}

function numbersOn(vmId: number, disk: Buffer, complain: (what: string) => void): Map<number, number> {
  const found = new Map<number, number>();
  for (let place = 0; place < PLACES; place++) {
    const block = disk.subarray(place * CLUSTER_BYTES, place * CLUSTER_BYTES + BLOCK_BYTES).toString('latin1');
    if (/^\0*$/.test(block)) continue;
    const tag = block.slice(0, 16);
    const number = Number(/ (\d{9})\.$/.exec(tag)?.[1]);
    if (tag !== `${tagOf(vmId)} ${number}.` || block !== tag.repeat(BLOCK_BYTES / 16)) {
      complain(`place ${place} holds what was never written: ${JSON.stringify(tag)}`);
    } else if (number % PLACES !== place) complain(`place ${place} holds ${number}, which belongs elsewhere`);
    else found.set(place, number);
  }
  return found;
}

/** The last number up to `newest` whose place this is. */
function lastAt(lineage: Lineage, place: number, newest: number): number | undefined {
  for (const { from, to } of lineage.toReversed()) {
    const last = Math.min(to, newest);
    const number = last - ((((last - place) % PLACES) + PLACES) % PLACES);
    if (number >= from) return number;
  }
  return undefined;
}

function before(lineage: Lineage, number: number): number {
  const range = lineage.findIndex(({ from, to }) => number >= from && number <= to);
  if (range >= 0 && number > (lineage[range]?.from ?? 0)) return number - 1;
  return lineage[range - 1]?.to ?? FIRST_NUMBER - 1;
}

function tagOf(vmId: number): string {
  return String(vmId).padStart(5, '0');
}
