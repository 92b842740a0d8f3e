// Which host a waiting VM goes to, or why it has to wait. Pure.
import { text } from '../model/attributes.ts';
import { HOST_STATE, type Host } from '../model/host.ts';
import type { Vm } from '../model/vm.ts';

export type Placement = { host: Host } | { wait: string };

/** Takes the monitored host with the most free memory. A VM that is to leave its host (`leaving`) does not go back there. */
export function place(vm: Vm, hosts: Host[], leaving?: number): Placement {
  const monitored = hosts.filter(({ id, state }) => state === HOST_STATE.MONITORED && id !== leaving);
  if (monitored.length === 0) return { wait: 'No host is monitored; see onehost list.' };
  const [best] = monitored.sort((a, b) => freeKb(b) - freeKb(a));
  if (best && freeKb(best) >= neededKb(vm)) return { host: best };
  const freeMb = Math.floor((best ? freeKb(best) : 0) / 1024);
  return { wait: `No host has ${Math.ceil(neededKb(vm) / 1024)} MB of free memory; the best has ${freeMb} MB.` };
}

/** Why a VM cannot be put on this host now, in words; undefined when it can. */
export function whyNotOn(vm: Vm, host: Host): string | undefined {
  const name = `Host ${host.id} (${host.name})`;
  if (host.state !== HOST_STATE.MONITORED) {
    return `${name} is not monitored, so nobody knows whether it would do; see onehost show ${host.id}.`;
  }
  if (freeKb(host) >= neededKb(vm)) return undefined;
  const [needed, free] = [neededKb(vm), freeKb(host)].map((kb) => Math.floor(kb / 1024));
  return `${name} has ${free} MB of free memory, and virtual machine ${vm.id} needs ${needed} MB.`;
}

function neededKb(vm: Vm): number {
  return Number(text(vm.template, 'MEMORY') ?? 0) * 1024;
}

function freeKb(host: Host): number {
  return host.totalMemKb - host.usedMemKb;
}
