// What the daemon and the agent on a host say to each other, one JSON object a line, and how both read and write it.
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { HypervisorConfig } from '../model/mover-protocol.ts';
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

/** Calls `heard` for each line, in order; `closed` when there will be no more. A line that is no JSON ends it too. */
export function readLines(
  input: Readable,
  heard: (line: unknown) => void,
  closed: (why?: unknown) => void,
): () => void {
  const lines = createInterface({ input });
  lines.on('line', (line) => {
    let read: unknown;
    try {
      read = JSON.parse(line);
    } catch (error) {
      lines.close();
      closed(error);
      return;
    }
    heard(read);
  });
  lines.on('close', () => closed());
  input.on('error', (error) => closed(error));
  return () => lines.close();
}

export function writeLine(output: Writable, line: ToAgent | FromAgent): void {
  if (output.writable) output.write(`${JSON.stringify(line)}\n`);
}
