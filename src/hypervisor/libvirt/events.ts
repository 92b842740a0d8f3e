// Lifecycle events of domains from one long-lived `virsh event`. When libvirtd goes away the program ends and is started
// again, so a reader should look at all domains after a gap.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../../exec/exec.ts';
import { vmIdOf } from '../../model/ids.ts';

const RESTART_MS = 1000;

export interface DomainEvent {
  domain: string;
  /** libvirt's words, like "Stopped Shutdown" or "Started Booted". */
  event: string;
}

export async function* watch(
  uri: string,
  signal: AbortSignal,
  restartMs: number = RESTART_MS,
  isAdopted: (name: string) => boolean = () => false,
): AsyncGenerator<DomainEvent> {
  while (!signal.aborted) {
    // virsh holds its output back when nobody looks at a terminal; stdbuf makes it write every line.
    const argv = ['stdbuf', '-oL', 'virsh', '-q', '-c', uri, 'event', '--event', 'lifecycle', '--loop', '--timestamp'];
    const virsh = start(argv, { signal, dieWithParent: true });
    try {
      for await (const line of createInterface({ input: virsh.stdout })) {
        const event = readEvent(line);
        if (event && (vmIdOf(event.domain) !== undefined || isAdopted(event.domain))) yield event;
      }
    } finally {
      virsh.stop();
    }
    await virsh.exit;
    await sleep(restartMs, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
}

/** Reads one line of `virsh event`; null for other lines. A name may itself look like such a line, so its end is the last one. */
export function readEvent(line: string): DomainEvent | null {
  const [, quoted, plain, event] = /event 'lifecycle' for domain (?:'(.*)'|(\S+)): ([\w ]+)$/.exec(line.trim()) ?? [];
  const domain = quoted ?? plain;
  return domain === undefined || event === undefined ? null : { domain, event };
}
