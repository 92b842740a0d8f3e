// Finds processes by what is on their command line, so that a test ends only those of its own cloud.
import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the processes whose arguments, joined by blanks, `matches` accepts. It reads without yielding: ids are fresh. */
export function processesWhere(matches: (command: string, pid: string) => boolean): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && matches(commandOf(name), name))
    .map(Number);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has just ended
  }
}

/** Ids of the processes that `parent` has started and that still run. */
export function childrenOf(parent: number): number[] {
  return processesWhere((_command, pid) => parentOf(Number(pid)) === parent);
}

/** What a process calls itself; empty when it has ended, buried or not. */
export function nameOf(pid: number): string {
  try {
    const [, name = '', state] = /^\d+ \((.*)\) (.)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return state === 'Z' ? '' : name;
  } catch {
    return '';
  }
}

/** -1 for one that has ended. */
export function parentOf(pid: number): number {
  try {
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    return Number(rest.split(' ')[1]);
  } catch {
    return -1;
  }
}

/** Ends a process without a word; one that has ended already is no error. */
export function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
