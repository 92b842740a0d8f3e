// A backup in increment mode SNAPSHOT: from its instant on the machine writes to a new layer, and what lies below stands still and is
// read. What was written since the parent is merged into the parent's layer first, so that this layer alone is what changed.
import { join } from 'node:path';
import type { Running } from '../../exec/exec.ts';
import { CODE, OneError, TrackerLost } from '../../model/errors.ts';
import type { Tracking } from '../../model/tasks/backup.ts';
import type { BackupBegin, BackupExports, DiskExport } from '../hypervisor.ts';
import { whileHeld, type Instant } from './freeze.ts';
import { readDomain } from './live-xml.ts';
import { refuseUnlessFree } from './live-backup.ts';
import { serveLayer } from './off-server.ts';
import { carryOut, makeLayer, namesIn } from './overlay-files.ts';
import { lookAt, newest, runningXml, type Look } from './overlay-look.ts';
import { collapse, lookNow, mended, mergeBetween, type Subject } from './overlay-merge.ts';
import { layerOf, nextName, trackerNumber, type Layer } from './overlay-plan.ts';
import { troubleOf } from './overlays.ts';
import { makeRunDirectory, removeRunFiles } from './run-directory.ts';
import type { Virsh } from './virsh.ts';
import { element, lines } from './xml.ts';

/** A disk with the layer that begins now. */
interface Begun {
  subject: Subject;
  look: Look;
  path: string;
}

export async function beginLayered(
  virsh: Virsh,
  begin: BackupBegin,
  tracking: Tracking,
  signal?: AbortSignal,
): Promise<BackupExports> {
  if (begin.live) await refuseUnlessFree(virsh, begin.domain);
  const tracker = numberOf(tracking.next);
  await refuseLost(virsh, begin, tracking);
  const warnings: string[] = [];
  let begun: Begun[] = [];
  const beginLayers = async (): Promise<void> => {
    begun = [];
    for (const disk of begin.disks) {
      signal?.throwIfAborted();
      const subject = { virsh, domain: begin.domain, disk, signal };
      const { look, warnings: found } = await mended(subject);
      warnings.push(...found);
      begun.push(await beginLayer(subject, look, tracker, begin.live));
    }
  };
  let instant: Instant<number> = { value: nowSec(), consistency: 'crash', warnings: [] };
  try {
    await beginLayers();
    // a guest that has gone over after all when it could not be held gets another layer
    const over = (limitMs?: number): Promise<number> => goOver(virsh, begin, begun, limitMs);
    if (begin.live) instant = await whileHeld(virsh, begin, over, beginLayers, signal);
    await refuseUnlessOver(begun);
  } catch (error) {
    await takeBack(begun).catch(() => undefined); // an empty layer that stays harms nothing; the first failure counts
    throw error;
  }
  const { value: date, consistency, warnings: unheld } = instant;
  const served = await read(begin, begun, tracking);
  return { ...served, date, warnings: [...warnings, ...unheld], consistency, scratchBytes: async () => 0 };
}

/** Servers of what stands still now. They end without a trace; the new layers stay. */
async function read(
  { runDirectory, live }: BackupBegin,
  begun: Begun[],
  { parent }: Tracking,
): Promise<Pick<BackupExports, 'exports' | 'end'>> {
  await makeRunDirectory(runDirectory);
  const servers: Running[] = [];
  const end = async (): Promise<void> => {
    for (const server of servers) server.stop();
    await Promise.all(servers.map((server) => server.exit));
    await removeRunFiles(runDirectory);
  };
  try {
    const exports: DiskExport[] = [];
    for (const one of begun) {
      const layer = { diskId: one.subject.disk.diskId, ...(await standing(one, parent)) };
      exports.push(await serveLayer(runDirectory, layer, servers, { depth: parent !== null, live }));
    }
    return { exports, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Before anything is changed. */
async function refuseLost(virsh: Virsh, begin: BackupBegin, { parent }: Tracking): Promise<void> {
  const xml = await runningXml(virsh, begin.domain);
  for (const disk of begin.disks) {
    const look = await lookAt(xml, disk);
    if (begin.live && look.live === null) {
      throw new OneError(
        CODE.ACTION,
        `Disk ${disk.diskId} cannot be backed up: domain ${begin.domain} runs neither on ${disk.path} nor on a layer over it.`,
      );
    }
    const trouble = parent === null ? '' : troubleOf(look, parent);
    if (trouble !== '') throw new TrackerLost(`disk ${disk.diskId}: ${trouble}`);
  }
}

async function beginLayer(subject: Subject, found: Look, tracker: number, live: boolean): Promise<Begun> {
  const { disk } = subject;
  const { overlays } = disk;
  if (overlays === undefined) {
    throw new OneError(
      CODE.INTERNAL,
      `Disk ${disk.diskId} has no place for layers, which INCREMENT_MODE=SNAPSHOT needs.`,
    );
  }
  let look = found;
  let name = nextName(await namesIn(overlays), tracker);
  if (name === undefined) {
    // layers of later trackers: nothing is known of them here, but what they hold is the disk's
    await collapse(subject);
    look = await lookNow(subject);
    name = String(tracker);
  }
  if (live && look.live === null)
    throw new OneError(CODE.ACTION, `Domain ${subject.domain} has stopped.`, { retry: true });
  const path = join(overlays, name);
  await makeLayer(path, newest(look.stack));
  return { subject, look, path };
}

/** Everything that the guest wrote before the returned moment (epoch seconds) lies below the new layers. */
async function goOver(virsh: Virsh, { domain }: BackupBegin, begun: Begun[], limitMs?: number): Promise<number> {
  const { disks } = readDomain(await virsh.xml(domain));
  const asked = disks.map(({ target }) => {
    const one = begun.find(({ look }) => look.live?.target === target);
    if (one === undefined) return element('disk', { name: target, snapshot: 'no' });
    const source = element('source', { file: one.path });
    return element('disk', { name: target, snapshot: 'external' }, element('driver', { type: 'qcow2' }), source);
  });
  const xml = lines(element('domainsnapshot', {}, element('disks', {}, ...asked)));
  const how = ['--disk-only', '--atomic', '--reuse-external', '--no-metadata'];
  const date = nowSec();
  await virsh.orderWithXml(
    `let ${domain} go on new layers`,
    'snapshot-create',
    domain,
    how,
    { '--xmlfile': xml },
    limitMs,
  );
  return date;
}

async function refuseUnlessOver(begun: Begun[]): Promise<void> {
  for (const { subject, path, look } of begun) {
    const { stack, live } = await lookNow(subject);
    const at = live === null ? newest(stack).path : stack.layers[live.active]!.path;
    if (at === path && (live === null) === (look.live === null)) continue;
    throw new OneError(CODE.INTERNAL, `Disk ${subject.disk.diskId} is on ${at} and not on its new layer ${path}.`, {
      retry: true,
    });
  }
}

/** New layers that no guest has come to be on. */
async function takeBack(begun: Begun[]): Promise<void> {
  for (const { subject, look, path } of begun) {
    if (look.live === null) await carryOut({ kind: 'remove', path });
    else await mended(subject);
  }
}

/** The layer to be read: all that is below the new one, or what was written since the parent. */
async function standing({ subject, path }: Begun, parent: string | null): Promise<Layer> {
  const look = await lookNow(subject);
  const { layers } = look.stack;
  const upper = layers.findIndex((layer) => layer.path === path);
  const lower = parent === null ? upper - 1 : layerOf(look.stack, numberOf(parent));
  if (parent !== null) await mergeBetween(subject, look, lower, upper);
  return layers[lower]!;
}

function numberOf(tracker: string): number {
  const number = trackerNumber(tracker);
  if (number !== undefined) return number;
  throw new OneError(CODE.INTERNAL, `${tracker} is no tracker of a virtual machine.`);
}

function nowSec(): number {
  return Math.floor(Date.now() / 1000);
}
