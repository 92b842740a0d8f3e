// Puts layers into those below them, under a running guest or in files that nobody has open, and takes up what was cut short. It may be
// cut short at any step itself: what the disk holds stays what it was, and doing it again finishes it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OverlaidDisk } from '../hypervisor.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { carryOut, flush, setAside, tidy, writtenBytes } from './overlay-files.ts';
import {
  abortJob,
  atRest,
  COPY_LIMIT_MS,
  finishLeave,
  forgetLeaving,
  leave,
  LEAVING,
  type Leaving,
} from './overlay-leave.ts';
import { lookAt, newest, runningXml, type Look } from './overlay-look.ts';
import { stepsBetween, stepsToCollapse, type Layer, type Step } from './overlay-plan.ts';
import { qmp } from './qmp.ts';
import type { Virsh } from './virsh.ts';
import { reopenedForZeros } from './zero-nodes.ts';

/** A disk of a domain, whatever it is on now. */
export interface Subject {
  virsh: Virsh;
  domain: string;
  disk: OverlaidDisk;
  /** Ends what copies data; what is there then is taken up the next time. */
  signal?: AbortSignal | undefined;
}

export interface Mended {
  look: Look;
  /** What was done, in words. */
  done: string[];
  /** Of that, what somebody should know. */
  warnings: string[];
}

/** Brings a disk to where its newest layer is the one that the guest writes to, no job works on it, and nothing is half done. */
export async function mended(subject: Subject): Promise<Mended> {
  let look = await lookNow(subject);
  if (look.leaving) {
    await mendLeaving(subject, look);
    look = await lookNow(subject);
  }
  const done: string[] = [];
  const warnings: string[] = [];
  if (look.live !== null) {
    if (look.stack.layers.length > 1) await abortJob(subject.virsh, subject.domain, look.live.target);
    if (look.live.active < look.stack.layers.length - 1) {
      await atRest(subject.virsh, subject.domain, look.live.target); // the guest may be on its way to that layer
      look = await lookNow(subject);
    }
  }
  if (look.live !== null) {
    for (const layer of look.stack.layers.slice(look.live.active + 1).reverse()) {
      if (await removeEmpty(layer)) done.push(`Removed ${layer.path}, to which nothing had been written.`);
      else warnings.push(await keepAside(layer));
    }
  }
  for (const path of look.stack.strays) {
    if (!look.live?.open.includes(path)) await carryOut({ kind: 'remove', path });
  }
  await tidy(subject.disk.overlays);
  return { look: await lookNow(subject), done: [...done, ...warnings], warnings };
}

/** Whether nothing was written to a layer, which is gone then. */
export async function removeEmpty(layer: Layer): Promise<boolean> {
  if ((await writtenBytes(layer, 1)) > 0) return false;
  await carryOut({ kind: 'remove', path: layer.path });
  return true;
}

/** A layer that the guest runs without should be empty. What it holds instead may be all there is of it. */
async function keepAside({ path }: Layer): Promise<string> {
  return `The guest runs without the layer ${path}, which holds data; that is ${await setAside(path)} now.`;
}

/** Puts the layers between two of a mended disk into the lower one. */
export async function mergeBetween(subject: Subject, look: Look, lower: number, upper: number): Promise<string[]> {
  if (upper - lower < 2) return [];
  if (look.live === null) return steps(stepsBetween(look.stack, lower, upper), subject.signal);
  return mergeLive(subject, look, lower, upper);
}

/** Puts all layers into the disk itself. */
export async function collapse(subject: Subject): Promise<string[]> {
  const first = await mended(subject);
  const { look } = first;
  const top = look.stack.layers.length - 1;
  if (top === 0) return first.done;
  const done = [...first.done, ...(await collapseNow(subject, look))];
  await tidy(subject.disk.overlays);
  return done;
}

export async function lookNow({ virsh, domain, disk }: Subject): Promise<Look> {
  return lookAt(await runningXml(virsh, domain), disk);
}

async function collapseNow(subject: Subject, look: Look): Promise<string[]> {
  if (look.live === null) return steps(stepsToCollapse(look.stack), subject.signal);
  const { layers } = look.stack;
  const done = await mergeBetween(subject, look, 0, layers.length - 1);
  const leaving = leavingOf(subject, look, look.live.target);
  await leave(subject.virsh, leaving, subject.signal);
  return [...done, `Put ${leaving.layer.path} into ${leaving.base.path}, on which ${subject.domain} goes on.`];
}

async function mergeLive(subject: Subject, look: Look, lower: number, upper: number): Promise<string[]> {
  const { virsh, domain, signal } = subject;
  const { layers } = look.stack;
  const [base, top, over] = [layers[lower]!, layers[upper - 1]!, layers[upper]!];
  const target = look.live!.target;
  const args = [target, '--base', base.path, '--top', top.path, '--wait'];
  await keepZeros(virsh, domain, target, base);
  signal?.throwIfAborted();
  try {
    await virsh.order(`put ${top.path} into ${base.path}`, 'blockcommit', domain, args, COPY_LIMIT_MS, signal);
  } catch (error) {
    if (signal?.aborted) await abortJob(virsh, domain, target).catch(() => undefined); // the next look at the disk ends it too
    throw error;
  }
  const after = await lookNow(subject);
  const merged = layers.slice(lower + 1, upper).map(({ path }) => path);
  const still = merged.find((path) => after.live?.open.includes(path) || isIn(after, path));
  if (still !== undefined) {
    throw new OneError(CODE.INTERNAL, `${still} was put into ${base.path}, but disk ${target} still stands on it.`, {
      retry: true,
    });
  }
  await flush(base.path);
  await flush(over.path);
  for (const path of merged) await carryOut({ kind: 'remove', path });
  return merged.map((path) => `Put ${path} into ${base.path}.`);
}

async function keepZeros(virsh: Virsh, domain: string, target: string, base: Layer): Promise<void> {
  const attempt = `let ${base.path} keep zeros`;
  try {
    const nodes = await qmp(virsh, domain, attempt, 'query-named-block-nodes', { flat: true });
    const options = reopenedForZeros(await virsh.xml(domain), target, base.path, nodes);
    if (options !== undefined) await qmp(virsh, domain, attempt, 'blockdev-reopen', { options: [options] });
  } catch {
    // then zeros take room in the file, which is all the harm there is
  }
}

function isIn({ stack }: Look, path: string): boolean {
  return stack.layers.some((layer) => layer.path === path);
}

async function mendLeaving(subject: Subject, look: Look): Promise<void> {
  const { overlays = '' } = subject.disk;
  const note = await readFile(join(overlays, LEAVING), 'utf8');
  // off: the newest layer is right, because the guest never went on without it
  if (look.live === null) return forgetLeaving(overlays);
  await finishLeave(subject.virsh, leavingOf(subject, look, look.live.target), note);
}

function leavingOf({ domain, disk }: Subject, { stack }: Look, target: string): Leaving {
  return { domain, target, directory: disk.overlays ?? '', layer: newest(stack), base: stack.layers[0]! };
}

async function steps(all: Step[], signal?: AbortSignal): Promise<string[]> {
  const said: string[] = [];
  for (const step of all) said.push(await carryOut(step, signal));
  return said.filter((text) => text !== '');
}
