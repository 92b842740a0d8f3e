// Which host a waiting VM goes to, or why it has to wait. Pure.
import { text } from '../model/attributes.ts';
import { HOST_STATE, type Host } from '../model/host.ts';
import type { Vm } from '../model/vm.ts';

export type Placement = { host: Host } | { wait: string };

/** Takes the monitored host with the most free memory. */
export function place(vm: Vm, hosts: Host[]): Placement {
  const neededKb = Number(text(vm.template, 'MEMORY') ?? 0) * 1024;
  const monitored = hosts.filter((host) => host.state === HOST_STATE.MONITORED);
  if (monitored.length === 0) return { wait: 'No host is monitored; see onehost list.' };
  const [best] = monitored.sort((a, b) => freeKb(b) - freeKb(a));
  if (best && freeKb(best) >= neededKb) return { host: best };
  const freeMb = Math.floor((best ? freeKb(best) : 0) / 1024);
  return { wait: `No host has ${Math.ceil(neededKb / 1024)} MB of free memory; the best has ${freeMb} MB.` };
}

function freeKb(host: Host): number {
  return host.totalMemKb - host.usedMemKb;
}
