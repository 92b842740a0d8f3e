// Trackers of a running domain: the bitmaps as QEMU has them, and what libvirt knows of them as checkpoints. QEMU is the one to be
// asked: libvirt forgets checkpoints when a domain is defined anew, and remembers those whose bitmaps are gone.
import { reasonOf } from '../../model/errors.ts';
import type { TaskDisk } from '../../model/tasks/backup.ts';
import type { TrackerQuestion } from '../hypervisor.ts';
import { isTrackerOf, lost, troubleOf, whyUnable, type Carrier } from './bitmaps.ts';
import { checkpointXml, isThat } from './checkpoint-xml.ts';
import { readDomain, type LiveDomain } from './live-xml.ts';
import { qmp } from './qmp.ts';
import { nodesOf } from './qmp-block.ts';
import type { Virsh } from './virsh.ts';

const ALREADY_GONE = /Dirty bitmap '[^']*' not found/;

type Domain = Pick<TrackerQuestion, 'vmId' | 'domain'>;
/** Which trackers are meant, by name. */
export type Chosen = (name: string) => boolean;

/** What a live backup asks for. */
export interface LiveTracking {
  /** Checkpoint whose bitmaps tell the changes; null for the whole disks. */
  parent: string | null;
  /** XML of the checkpoint that begins at the instant; empty for none. */
  checkpoint: string;
  warnings: string[];
}

/** Top images of the domain's disks, by target. */
async function carriers(
  virsh: Virsh,
  domain: string,
  live: LiveDomain,
): Promise<Map<string, Carrier & { node: string }>> {
  const attempt = `look at the bitmaps of domain ${domain}`;
  const nodes = nodesOf(await qmp(virsh, domain, attempt, 'query-named-block-nodes', { flat: true }));
  const found = new Map<string, Carrier & { node: string }>();
  for (const { target, index } of live.disks) {
    // QEMU needs no node for a raw format in newer versions of libvirt.
    const node = [`libvirt-${index}-format`, `libvirt-${index}-storage`].find((name) => nodes.has(name));
    const carrier = node === undefined ? undefined : nodes.get(node);
    if (node !== undefined && carrier !== undefined) found.set(target, { ...carrier, node });
  }
  return found;
}

/** The trackers of a name, disk by disk. */
export async function readLive(
  virsh: Virsh,
  { domain, disks, name }: Pick<TrackerQuestion, 'domain' | 'disks' | 'name'>,
  live: LiveDomain,
): Promise<Array<{ disk: TaskDisk; trouble: string; dirtyBytes: number | null }>> {
  const all = await carriers(virsh, domain, live);
  return disks.map((disk) => {
    const carrier = all.get(live.disks.find((one) => isThat(disk, one))?.target ?? '');
    if (carrier === undefined) return { disk, trouble: `domain ${domain} has no such disk`, dirtyBytes: null };
    const trouble = troubleOf(carrier, disk.path, name);
    const bitmap = carrier.bitmaps.find((one) => one.name === name);
    return { disk, trouble, dirtyBytes: trouble === '' ? (bitmap?.dirtyBytes ?? null) : null };
  });
}

/**
 * Makes ready that a tracker `next` begins with a backup job. A parent that cannot be believed is TrackerLost. Older trackers stay:
 * until the backup is recorded the chain before it must be able to go on. A full backup of a disk that carries no bitmap is taken
 * all the same, with a warning.
 */
export async function prepareLive(
  virsh: Virsh,
  domain: Domain & { disks: TaskDisk[] },
  { parent, next }: { parent: string | null; next: string },
  live: LiveDomain,
): Promise<LiveTracking> {
  if (parent !== null) {
    const failure = lost(await readLive(virsh, { ...domain, name: parent }, live));
    if (failure) throw failure;
  }
  const all = await carriers(virsh, domain.domain, live);
  const warnings = domain.disks.flatMap((disk) => {
    const carrier = all.get(disk.target);
    const unable = carrier === undefined ? '' : whyUnable(carrier, disk.path);
    return unable === '' ? [] : [`No increment can follow: disk ${disk.diskId}: ${unable}.`];
  });
  if (warnings.length > 0) return { parent: null, checkpoint: '', warnings };
  await dropLive(virsh, domain, (name) => name === next);
  if (parent !== null) await redefine(virsh, domain, parent, live);
  return { parent, checkpoint: checkpointXml(next, domain.disks, live), warnings };
}

/** Lets libvirt know a checkpoint, whatever it knew of it before. */
async function redefine(
  virsh: Virsh,
  { domain, disks }: { domain: string; disks: TaskDisk[] },
  name: string,
  live: LiveDomain,
): Promise<void> {
  const xml = checkpointXml(name, disks, live, Math.floor(Date.now() / 1000));
  const attempt = `make checkpoint ${name} of domain ${domain} known`;
  await virsh.orderWithXml(attempt, 'checkpoint-create', domain, ['--redefine'], { '--xmlfile': xml });
}

/** Removes bitmaps of the chosen names from every disk of the domain, broken ones as well, and libvirt's memory of them. */
export async function dropLive(virsh: Virsh, { vmId, domain }: Domain, chosen: Chosen): Promise<string[]> {
  const done = await forgetCheckpoints(virsh, { vmId, domain }, chosen);
  return [...done, ...(await dropBitmaps(virsh, { vmId, domain }, chosen))];
}

async function dropBitmaps(virsh: Virsh, { vmId, domain }: Domain, chosen: Chosen): Promise<string[]> {
  const done: string[] = [];
  const live = readDomain(await virsh.xml(domain));
  for (const [target, { node, bitmaps }] of await carriers(virsh, domain, live)) {
    for (const { name } of bitmaps.filter((one) => isTrackerOf(vmId, one.name) && chosen(one.name))) {
      const attempt = `remove bitmap ${name} of disk ${target} of domain ${domain}`;
      try {
        await qmp(virsh, domain, attempt, 'block-dirty-bitmap-remove', { node, name });
      } catch (error) {
        if (!ALREADY_GONE.test(reasonOf(error))) throw error;
      }
      done.push(`Removed bitmap ${name} of disk ${target} of ${domain}.`);
    }
  }
  return done;
}

/** Drops one tracker of every disk of the domain, and does not ask for others. */
export async function dropNamed(virsh: Virsh, { vmId, domain }: Domain, name: string): Promise<void> {
  const args = ['--checkpointname', name, '--metadata'];
  const forgotten = virsh.order(`forget checkpoint ${name} of domain ${domain}`, 'checkpoint-delete', domain, args);
  const forget = forgotten.then(
    () => undefined,
    (error: unknown) => {
      if (!/no domain checkpoint/i.test(reasonOf(error))) throw error;
    },
  );
  await Promise.all([forget, dropBitmaps(virsh, { vmId, domain }, (one) => one === name)]);
}

/** Drops what libvirt remembers of checkpoints, not their bitmaps. For a domain that runs or is defined. */
export async function forgetCheckpoints(virsh: Virsh, { vmId, domain }: Domain, chosen: Chosen): Promise<string[]> {
  const listed = await virsh.order(`list the checkpoints of domain ${domain}`, 'checkpoint-list', domain, ['--name']);
  const names = listed.split('\n').filter((name) => isTrackerOf(vmId, name) && chosen(name));
  for (const name of names) {
    const args = ['--checkpointname', name, '--metadata'];
    await virsh.order(`forget checkpoint ${name} of domain ${domain}`, 'checkpoint-delete', domain, args);
  }
  return names.map((name) => `Made libvirt forget checkpoint ${name} of ${domain}.`);
}
