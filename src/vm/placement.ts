// Which host a waiting VM goes to, or why it has to wait. Pure.
import { text } from '../model/attributes.ts';
import { BACKUP_WEIGHT, USUAL_WEIGHT } from '../model/load-limits.ts';
import { HOST_STATE, type Host } from '../model/host.ts';
import { isOverSsh } from '../model/ssh-host.ts';
import type { Vm } from '../model/vm.ts';
import type { HostShare } from '../model/host.ts';

export type Placement = { host: Host } | { wait: string };

/** Memory that VMs have been promised, in MB by host. */
export type Promised = ReadonlyMap<number, { memoryMb: number }>;

/**
 * Takes the monitored host with the most memory that is neither in use nor promised to a VM. A VM that is to leave its host
 * (`leaving`) does not go back there.
 */
export function place(vm: Vm, hosts: Host[], promised: Promised, leaving?: number): Placement {
  return placeMemory(
    neededKb(vm) / 1024,
    hosts.filter(({ id }) => id !== leaving),
    promised,
  );
}

/** The same for a machine that is no VM. Of hosts with room the one with the least `load` is taken, and of several such the emptiest. */
export function placeMemory(
  memoryMb: number,
  hosts: readonly Host[],
  promised: Promised,
  load: (host: Host) => number = () => 0,
): Placement {
  const monitored = hosts.filter(({ state }) => state === HOST_STATE.MONITORED);
  if (monitored.length === 0) return { wait: 'No host is monitored; see onehost list.' };
  const free = (host: Host): number => freeKb(host, promised);
  const [best, ...others] = monitored.sort((a, b) => free(b) - free(a));
  if (best && free(best) >= memoryMb * 1024) {
    return { host: leastLoaded([best, ...others.filter((host) => free(host) >= memoryMb * 1024)], load) };
  }
  const freeMb = Math.floor((best ? free(best) : 0) / 1024);
  return { wait: `No host has ${Math.ceil(memoryMb)} MB of free memory; the best has ${freeMb} MB.` };
}

/** The host with the least to do; the first of several such. */
export function leastLoaded([first, ...others]: readonly [Host, ...Host[]], load: (host: Host) => number): Host {
  return others.reduce((best, host) => (load(host) < load(best) ? host : best), first);
}

/** Runs by host, as many as it has for its BACKUP_WEIGHT: a heavier one takes more before it counts as busy. */
export function loadOfHosts(hostIds: readonly number[]): (host: Host) => number {
  const runs = new Map<number, number>();
  for (const id of hostIds) runs.set(id, (runs.get(id) ?? 0) + 1);
  return (host) => (runs.get(host.id) ?? 0) / weightOf(host);
}

/** A weight that is written wrongly is told where it is set. */
function weightOf({ template }: Host): number {
  const weight = Number(text(template, BACKUP_WEIGHT) ?? '');
  return Number.isInteger(weight) && weight > 0 ? weight : USUAL_WEIGHT;
}

/** Why a VM cannot be put on this host now, in words; undefined when it can. */
export function whyNotOn(vm: Vm, host: Host, promised: Promised): string | undefined {
  const name = `Host ${host.id} (${host.name})`;
  if (host.state !== HOST_STATE.MONITORED) {
    return `${name} is not monitored, so nobody knows whether it would do; see onehost show ${host.id}.`;
  }
  if (vm.instant && isOverSsh(host)) {
    return `${name} is reached over SSH, and virtual machine ${vm.id} still reads from its backup, which is served on this machine alone.`;
  }
  if (freeKb(host, promised) >= neededKb(vm)) return undefined;
  const [needed, free] = [neededKb(vm), freeKb(host, promised)].map((kb) => Math.floor(kb / 1024));
  return `${name} has ${free} MB of free memory, and virtual machine ${vm.id} needs ${needed} MB.`;
}

/** What a host has promised once this VM is on it too. */
export function withVm(before: HostShare = { cpu: 0, memoryMb: 0, vms: 0 }, vm: Vm): HostShare {
  return { ...before, memoryMb: before.memoryMb + neededKb(vm) / 1024, vms: before.vms + 1 };
}

function neededKb(vm: Vm): number {
  return Number(text(vm.template, 'MEMORY') ?? 0) * 1024;
}

/** What a VM was promised it may not use yet, and what is used nobody has to have promised: the larger one counts. */
function freeKb(host: Host, promised: Promised): number {
  return host.totalMemKb - Math.max(host.usedMemKb, (promised.get(host.id)?.memoryMb ?? 0) * 1024);
}
