// What a run of the mover costs: the memory of it and of all programs that it starts together, what they write, and which files they have
// open for writing. Looked at many times a second, so what is written in the last moment may be missed; what is read back after it is not.
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { moverResult } from '../../src/exec/mover.ts';
import type { RestoreResult, RestoreTask } from '../../src/model/tasks/restore.ts';

const EVERY_MS = 10;

export interface Cost {
  /** Most resident bytes of all of them at one time, memory that they share counted for each. */
  peakBytes: number;
  /** Bytes that the mover itself gave to write calls, its reports included. */
  moverWrote: number;
  /** Bytes that all of them caused to be written to disks. */
  toDisks: number;
  /** Regular files that any of them had open for writing. */
  files: string[];
}

/** Runs a task to its result, and tells what that cost. */
export async function costOf(task: RestoreTask): Promise<{ result: RestoreResult; cost: Cost }> {
  const files = new Set<string>();
  let peakBytes = 0;
  let moverWrote = 0;
  let toDisks = 0;
  const look = (): void => {
    const mover = children(process.pid).find((pid) => proc(pid, 'cmdline').includes(task.operationId));
    if (mover === undefined) return;
    const others = children(mover).flatMap(withChildren);
    // what the kernel counts for the whole process holds programs that have ended as well
    const threads = list(`/proc/${mover}/task`).map((thread) => proc(mover, `task/${thread}/io`));
    moverWrote = Math.max(moverWrote, sum(threads.map((io) => field(io, 'wchar'))));
    toDisks = Math.max(toDisks, sum([mover, ...others].map((pid) => field(proc(pid, 'io'), 'write_bytes'))));
    const resident = [mover, ...others].map((pid) => field(proc(pid, 'status'), 'VmRSS') * 1024);
    peakBytes = Math.max(peakBytes, sum(resident));
    for (const pid of [mover, ...others]) for (const path of written(pid)) files.add(path);
  };
  const timer = setInterval(look, EVERY_MS);
  try {
    const result = await moverResult<RestoreResult>(task, new AbortController().signal, () => undefined);
    return { result, cost: { peakBytes, moverWrote, toDisks, files: [...files] } };
  } finally {
    clearInterval(timer);
  }
}

function children(pid: number): number[] {
  return list(`/proc/${pid}/task`).flatMap((task) =>
    proc(pid, `task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
}

function withChildren(pid: number): number[] {
  return [pid, ...children(pid).flatMap(withChildren)];
}

function written(pid: number): string[] {
  return list(`/proc/${pid}/fd`).flatMap((fd) => {
    const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(proc(pid, `fdinfo/${fd}`))?.[1] ?? '0', 8);
    if ((flags & 0o3) === 0) return [];
    try {
      const at = `/proc/${pid}/fd/${fd}`;
      return statSync(at).isFile() ? [readlinkSync(at)] : [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // it has ended
  }
}

function proc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
