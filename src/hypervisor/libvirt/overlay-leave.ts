// Lets a running guest go from the one layer over its disk back to the disk. It stands still from the switch until the layer is gone:
// so the layer never lacks what the disk has, and the newest file is right whenever the machine dies.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import { openFiles } from './live-xml.ts';
import { carryOut, flush } from './overlay-files.ts';
import type { Layer } from './overlay-plan.ts';
import type { Virsh } from './virsh.ts';

/** Lies beside the layer while the guest stands still for this; says whether it is to be let go. */
export const LEAVING = 'leaving';
/** Copying hundreds of gigabytes takes as long as it takes. */
export const COPY_LIMIT_MS = 7 * 24 * 3_600_000;

export interface Leaving {
  domain: string;
  target: string;
  directory: string;
  layer: Layer;
  base: Layer;
}

/** An aborted signal ends the copying; the guest stays where it was. */
export async function leave(virsh: Virsh, leaving: Leaving, signal?: AbortSignal): Promise<void> {
  const { domain, target, layer, base } = leaving;
  const range = ['--active', '--base', base.path, '--top', layer.path, '--wait'];
  const attempt = `copy what ${layer.path} holds into ${base.path}`;
  try {
    signal?.throwIfAborted();
    await virsh.order(attempt, 'blockcommit', domain, [target, ...range], COPY_LIMIT_MS, signal);
    await holding(virsh, leaving, () => goOver(virsh, leaving));
  } catch (error) {
    await abortJob(virsh, domain, target).catch(() => undefined); // the first failure is the one to report
    throw error;
  }
}

async function goOver(virsh: Virsh, leaving: Leaving): Promise<void> {
  const { domain, target, base } = leaving;
  try {
    await virsh.order(`let ${domain} go on ${base.path}`, 'blockjob', domain, [target, '--pivot']);
  } catch (error) {
    // the order may have done its work and failed all the same, so what counts is where the guest is
    if ((await activeFile(virsh, leaving)) !== base.path) throw error;
  }
  if ((await activeFile(virsh, leaving)) !== base.path) throw stays(leaving);
  await removeLeft(leaving);
}

/** What a leave that was cut short has left: the layer goes when the guest is off it, and the guest goes on. */
export async function finishLeave(virsh: Virsh, leaving: Leaving, note: string): Promise<void> {
  await abortJob(virsh, leaving.domain, leaving.target);
  if ((await activeFile(virsh, leaving)) === leaving.base.path) await removeLeft(leaving);
  await letGo(virsh, leaving, note === SUSPENDED);
}

/** Ends a job that puts layers into each other; whatever it has done, the chain is right. Any other job is somebody else's. */
export async function abortJob(virsh: Virsh, domain: string, target: string): Promise<void> {
  const job = await virsh.order(`look for a job on ${target} of ${domain}`, 'blockjob', domain, [target, '--raw']);
  const [, type] = /type=(.*)/.exec(job) ?? [];
  if (type === undefined) return;
  if (!/commit/i.test(type)) {
    throw new OneError(CODE.ACTION, `Domain ${domain} has a job on ${target} (${type.trim()}); wait until it ends.`, {
      retry: true,
      hint: `See how far it is: virsh -c ${virsh.uri} blockjob ${domain} ${target}`,
    });
  }
  await virsh.order(`end the job on ${target} of ${domain}`, 'blockjob', domain, [target, '--abort']);
}

/** Waits until libvirt has carried out what a process that died has ordered: it takes one change of a domain's disks at a time. */
export async function atRest(virsh: Virsh, domain: string, target: string): Promise<void> {
  const order = virsh.order(`see ${domain} at rest`, 'blockjob', domain, [target, '--abort']);
  await order.catch((error: unknown) => {
    // that there is no job to end is the answer
    if (/state change lock|gave no answer/i.test(reasonOf(error))) throw error;
  });
}

export async function forgetLeaving(directory: string): Promise<void> {
  await rm(join(directory, LEAVING), { force: true });
}

const SUSPENDED = 'suspended';

async function holding(virsh: Virsh, leaving: Leaving, work: () => Promise<void>): Promise<void> {
  const { domain, directory } = leaving;
  const runs = (await virsh.state(domain)) === 'running';
  await writeFile(join(directory, LEAVING), runs ? SUSPENDED : '');
  try {
    if (runs) await virsh.order(`suspend ${domain}`, 'suspend', domain);
    await work();
  } finally {
    await letGo(virsh, leaving, runs);
  }
}

/** The note goes last: it tells a later clean-up that the guest may stand still. */
async function letGo(virsh: Virsh, { domain, directory }: Leaving, suspended: boolean): Promise<void> {
  if (suspended && (await virsh.state(domain)) === 'paused') await virsh.order(`resume ${domain}`, 'resume', domain);
  await forgetLeaving(directory);
}

async function removeLeft({ layer, base }: Leaving): Promise<void> {
  await flush(base.path);
  await carryOut({ kind: 'remove', path: layer.path });
}

async function activeFile(virsh: Virsh, { domain, target }: Leaving): Promise<string> {
  return openFiles(await virsh.xml(domain), target)[0] ?? '';
}

function stays({ domain, layer }: Leaving): OneError {
  return new OneError(CODE.INTERNAL, `Domain ${domain} stayed on ${layer.path} although it was told to leave it.`, {
    retry: true,
  });
}
