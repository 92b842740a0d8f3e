// What an agent tells of its machine beside the hypervisor: how long it has run, and the bytes that went through its network cards and disks.
import { readFile, readdir } from 'node:fs/promises';
import { run } from '../exec/exec.ts';
import { endRun, type Ended, type WhichProcesses } from '../exec/run-processes.ts';

/** Sums since the machine booted. */
export interface Traffic {
  netRxBytes: number;
  netTxBytes: number;
  diskReadBytes: number;
  diskWriteBytes: number;
}

export interface HostDoor {
  traffic(): Promise<Traffic>;
  /** As of this machine. */
  endRun(operationId: string, which: WhichProcesses): Promise<Ended>;
  /** The first line of what a program says of its version; undefined when it is not there. */
  versionOf(program: string): Promise<string | undefined>;
}

const SECTOR = 512;

export class LocalHost implements HostDoor {
  async traffic(): Promise<Traffic> {
    const [net, disks, whole] = await Promise.all([
      readFile('/proc/net/dev', 'utf8'),
      readFile('/proc/diskstats', 'utf8'),
      readdir('/sys/block').catch(() => []), // without it no disk is told of
    ]);
    return readTraffic(net, disks, new Set(whole));
  }

  async endRun(operationId: string, which: WhichProcesses): Promise<Ended> {
    return endRun(operationId, which);
  }

  async versionOf(program: string): Promise<string | undefined> {
    return run([program, 'version']).then(
      ({ stdout }) => stdout.split('\n')[0],
      () => undefined, // it is not there
    );
  }
}

/** Of /proc/net/dev and /proc/diskstats; `whole` are the disks, partitions aside. */
export function readTraffic(net: string, disks: string, whole: ReadonlySet<string>): Traffic {
  const sum: Traffic = { netRxBytes: 0, netTxBytes: 0, diskReadBytes: 0, diskWriteBytes: 0 };
  for (const line of net.split('\n').slice(2)) {
    const [name = '', figures = ''] = line.split(':');
    const words = figures.trim().split(/\s+/).map(Number);
    // what stays inside of the machine is no traffic of it
    if (words.length < 9 || /^\s*(lo|vnet\d+|virbr\d+.*|tap\d+)$/.test(name)) continue;
    sum.netRxBytes += words[0] ?? 0;
    sum.netTxBytes += words[8] ?? 0;
  }
  for (const line of disks.split('\n')) {
    const [, , name = '', ...words] = line.trim().split(/\s+/);
    if (!whole.has(name) || /^(loop|ram|zram|dm-|md|nbd)/.test(name)) continue;
    sum.diskReadBytes += Number(words[2] ?? 0) * SECTOR;
    sum.diskWriteBytes += Number(words[6] ?? 0) * SECTOR;
  }
  return sum;
}
