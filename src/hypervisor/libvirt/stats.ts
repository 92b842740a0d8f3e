// Reads the figures of running domains out of `virsh domstats`. Pure.
import type { DomainStats } from '../hypervisor.ts';

export const STATS = ['domstats', '--cpu-total', '--balloon', '--interface', '--block', '--list-active', '--nowait'];

/** By domain name. A figure that libvirt does not tell at the moment is 0. */
export function readStats(printed: string): Map<string, DomainStats> {
  const found = new Map<string, DomainStats>();
  let figures = new Map<string, number>();
  let name: string | undefined;
  const finish = (): void => {
    if (name !== undefined) found.set(name, statsOf(figures));
    figures = new Map();
  };
  for (const line of printed.split('\n')) {
    const begun = /^Domain: '(.*)'$/.exec(line)?.[1];
    const [, key, value] = /^ {2}([\w.-]+)=(\d+)$/.exec(line) ?? [];
    if (begun !== undefined) {
      finish();
      name = begun;
    } else if (key !== undefined) {
      figures.set(key, Number(value));
    }
  }
  finish();
  return found;
}

function statsOf(figures: Map<string, number>): DomainStats {
  const sum = (pattern: RegExp): number =>
    [...figures].reduce((total, [key, value]) => (pattern.test(key) ? total + value : total), 0);
  return {
    cpuTimeNs: figures.get('cpu.time') ?? 0,
    memoryKb: figures.get('balloon.rss') ?? figures.get('balloon.current') ?? 0,
    netRxBytes: sum(/^net\.\d+\.rx\.bytes$/),
    netTxBytes: sum(/^net\.\d+\.tx\.bytes$/),
    diskReadBytes: sum(/^block\.\d+\.rd\.bytes$/),
    diskWriteBytes: sum(/^block\.\d+\.wr\.bytes$/),
  };
}
