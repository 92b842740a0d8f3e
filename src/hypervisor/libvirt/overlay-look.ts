// Looks at a disk over which layers may lie: what its files say, and on which of them a running machine is. Changes nothing.
import { dirname } from 'node:path';
import { CODE, OneError } from '../../model/errors.ts';
import type { OverlaidDisk } from '../hypervisor.ts';
import { openFiles, readDomain } from './live-xml.ts';
import { namesIn, readStack } from './overlay-files.ts';
import { LEAVING } from './overlay-leave.ts';
import type { Layer, Stack } from './overlay-plan.ts';
import type { Virsh } from './virsh.ts';

/** A disk that a running machine has. */
export interface RunningDisk {
  target: string;
  /** Place in the stack of the layer that the guest writes to. */
  active: number;
  /** All files that QEMU has open for it. */
  open: string[];
}

export interface Look {
  disk: OverlaidDisk;
  stack: Stack;
  /** Null when no running machine has the disk. */
  live: RunningDisk | null;
  /** A collapse was cut short. */
  leaving: boolean;
}

/** XML of the domain while it runs; null when it is off or not there. */
export async function runningXml(virsh: Virsh, domain: string): Promise<string | null> {
  return (await virsh.isActive(domain)) ? virsh.xml(domain) : null;
}

export async function lookAt(xml: string | null, disk: OverlaidDisk): Promise<Look> {
  const names = await namesIn(disk.overlays);
  const stack = await readStack(disk);
  return { disk, stack, live: xml === null ? null : liveDisk(xml, disk, stack), leaving: names.includes(LEAVING) };
}

/** The layer that holds what was written last. */
export function newest({ layers }: Stack): Layer {
  return layers.at(-1)!;
}

function liveDisk(xml: string, disk: OverlaidDisk, stack: Stack): RunningDisk | null {
  const found = readDomain(xml).disks.find(({ path }) => path === disk.path || isLayerOf(disk, path));
  if (found === undefined) return null;
  const active = stack.layers.findIndex(({ path }) => path === found.path);
  if (active >= 0) return { target: found.target, active, open: openFiles(xml, found.target) };
  throw new OneError(
    CODE.ACTION,
    `Disk ${disk.diskId} runs on ${found.path}, on which its newest layer ${newest(stack).path} does not stand.`,
    { hint: `Power the machine off and look at both files: one of them holds what the guest wrote last.` },
  );
}

function isLayerOf({ overlays }: OverlaidDisk, path: string): boolean {
  return overlays !== undefined && path !== '' && dirname(path) === overlays;
}
