// What the daemon and the agent on a host say to each other, one JSON object a line, and how both read and write it.
import type { Readable, Writable } from 'node:stream';
import { LineSplitter } from '../exec/bounded-lines.ts';
import type { HypervisorConfig } from '../model/hypervisor-config.ts';
import type { PackedError } from './wire.ts';

/** The first line that the agent gets. */
export interface Hello {
  hypervisor: HypervisorConfig;
  /** Made if it is not there: runs have their directories in it. */
  runDirectory: string;
  /** An agent that hears nothing for so many seconds is on its own, and ends. */
  beatSec?: number;
}

export type ToAgent =
  | { hello: Hello }
  | { beat: number }
  /** Calls a method of a door: `hypervisor`, `files`, `images <directory>`, `host`, or `kept <number>`. */
  | { id: number; door: string; method: string; args: unknown[] }
  /** The signal of that call aborts, or nobody reads what it yields any more. */
  | { id: number; abort: true };

export type FromAgent =
  | { ready: true }
  | { beat: number }
  | { id: number; value: unknown }
  | { id: number; error: PackedError }
  /** One of many that a call yields. */
  | { id: number; item: unknown }
  /** Calls a function that was among the arguments. */
  | { id: number; told: number; args: unknown[] };

/** Calls `heard` for each line, in order; `closed` when there will be no more. A line that is no JSON, or has no end, ends it too. */
export function readLines(
  input: Readable,
  heard: (line: unknown) => void,
  closed: (why?: unknown) => void,
): () => void {
  const splitter = new LineSplitter();
  let over = false;
  const end = (why?: unknown): void => {
    if (over) return;
    over = true;
    input.off('data', take);
    input.pause();
    closed(why);
  };
  const take = (chunk: Buffer): void => {
    try {
      for (const line of splitter.push(chunk)) {
        if (over) return;
        heard(JSON.parse(line));
      }
    } catch (error) {
      end(error);
    }
  };
  input.on('data', take);
  input.on('end', () => end());
  input.on('close', () => end());
  input.on('error', (error) => end(error));
  return () => end();
}

export function writeLine(output: Writable, line: ToAgent | FromAgent): void {
  if (output.writable) output.write(`${JSON.stringify(line)}\n`);
}
