// Where in the product a call to the outside is made, as the stack tells: its innermost frame, and the first beyond the store, what starts
// programs and the fakes.

const SRC = new URL('../../../src/', import.meta.url).href;
const ANYWHERE = /^store\/(sqlite|steps)\.ts/;
const BELOW = /^(store|exec|hypervisor\/fake|datastore\/fake)\//;
const DEPTH = 60;
/** No frame is of the product. */
export const UNKNOWN = 'unknown';

/** Of the code that runs now: "backup/run.ts:91 store/pool.ts:100". */
export function placeNow(): string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = before;
  return placeOf(stack);
}

export function placeOf(stack: string): string {
  const frames = stack.split('\n').flatMap((line) => {
    const from = line.indexOf(SRC);
    const frame = from === -1 ? undefined : /^[^:]+:\d+/.exec(line.slice(from + SRC.length))?.[0];
    return frame === undefined || ANYWHERE.test(frame) ? [] : [frame];
  });
  const inner = frames[0] ?? UNKNOWN;
  const outer = frames.find((frame) => !BELOW.test(frame));
  return outer === undefined || outer === inner ? inner : `${outer} ${inner}`;
}
