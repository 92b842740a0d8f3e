// What a fuzzer throws input at, and what it demands: no error but those that say what is wrong with the input, an end within a bound of
// processor time, and memory within a bound.
import { Random } from '../soak/random.ts';
import { mutated } from './mutate.ts';

export interface Target {
  name: string;
  /** Good inputs. */
  corpus: readonly Buffer[];
  /** Reads one. What it checks beside that it throws as an Error whose name is `Broken`. */
  read(input: Buffer): unknown;
  /** Whether this is how it should refuse an input. */
  refuses(error: unknown): boolean;
}

export class Broken extends Error {
  override name = 'Broken';
}

/** Of the processor, for one input of a quarter MiB. */
const MOST_MS = 2000;
const MOST_BYTES = 256 * 2 ** 20;

/** Throws a Broken with the input when the target does not do as it should. */
export async function fuzz(target: Target, seed: number, enough: (count: number) => boolean): Promise<number> {
  const random = new Random(seed);
  let count = 0;
  for (const input of target.corpus) await tryOne(target, input, `good input of ${input.length} bytes`);
  while (!enough(count)) {
    const input = mutated(random, target.corpus);
    await tryOne(target, input, `seed ${seed}, input ${count}`);
    count += 1;
  }
  return count;
}

async function tryOne(target: Target, input: Buffer, which: string): Promise<void> {
  const before = { cpu: process.cpuUsage(), bytes: memory() };
  let trouble: string | undefined;
  try {
    await target.read(input);
  } catch (error) {
    if (error instanceof Broken || !target.refuses(error))
      trouble = error instanceof Error ? (error.stack ?? '') : String(error);
  }
  const { user, system } = process.cpuUsage(before.cpu);
  const grown = memory() - before.bytes;
  if ((user + system) / 1000 > MOST_MS) trouble ??= `it took ${(user + system) / 1000} ms`;
  if (grown > MOST_BYTES) trouble ??= `it took ${Math.round(grown / 2 ** 20)} MiB`;
  if (trouble === undefined) return;
  throw new Broken(
    `${target.name} with ${which}: ${trouble}\ninput in base64: ${input.toString('base64').slice(0, 4000)}`,
  );
}

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
