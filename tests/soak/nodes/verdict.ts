// What must be so when all is over: no run is left, lost or doubled, and every point of every machine holds what its disk held.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from '../../../src/exec/exec.ts';
import { reasonOf } from '../../../src/model/errors.ts';
import { IMAGE_STATE, IMAGE_TYPE, type Image } from '../../../src/model/image.ts';
import type { Operation } from '../../../src/model/operation.ts';
import { restore } from '../../../src/mover/restore.ts';
import { servedDisks } from '../../../src/restore/plan.ts';
import type { Cluster } from './cluster.ts';
import { digestOf, type Machine } from './machine.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const RECENT = 5000;

export interface Verdict {
  /** What is not as it must be. */
  wrong: string[];
  runs: Record<string, number>;
  points: number;
}

export async function verdict(cluster: Cluster, machines: readonly Machine[]): Promise<Verdict> {
  const found: Verdict = { wrong: [], runs: {}, points: 0 };
  const left = await cluster.store.operations.running();
  for (const one of left) found.wrong.push(`The ${one.kind} ${one.id} of VM ${one.vmId} still runs: ${one.phase}.`);
  for (const machine of machines) {
    const all = await cluster.store.operations.ofVm(machine.vmId, RECENT);
    const backups = all.filter(({ kind }) => kind === 'backup');
    for (const { result } of backups) found.runs[result] = (found.runs[result] ?? 0) + 1;
    found.wrong.push(...lostOrDoubled(machine), ...endsOf(backups), ...overlapsOf(backups));
    found.wrong.push(...(await pointsOf(cluster, machine, backups, found)));
  }
  found.wrong.push(...(await fsck(cluster)));
  return found;
}

/** One record for each wish that was accepted; none or one for one whose answer was lost. */
function lostOrDoubled({ vmId, wishes }: Machine): string[] {
  return wishes.flatMap(({ accepted, before, after }, index) => {
    const made = after - before;
    if (made === 1 || (!accepted && made === 0)) return [];
    return [`Wish ${index} of VM ${vmId} was ${accepted ? 'accepted' : 'perhaps accepted'} and has ${made} records.`];
  });
}

function endsOf(backups: readonly Operation[]): string[] {
  return backups.flatMap(({ id, vmId, result, reason, recorded, cleaned }) => {
    const what = `The backup ${id} of VM ${vmId} is ${result}`;
    if (result === 'done') return recorded ? [] : [`${what} and has no point.`];
    return [
      ...(reason === '' ? [`${what} and has no reason.`] : []),
      ...(cleaned ? [] : [`${what} and is not cleaned: ${reason}`]),
    ];
  });
}

function overlapsOf(backups: readonly Operation[]): string[] {
  const inOrder = backups.toSorted((one, other) => one.startedAt - other.startedAt);
  return inOrder.slice(1).flatMap((one, index) => {
    const before = inOrder[index];
    if (!before || before.endedAt <= one.startedAt) return [];
    return [`Backups ${before.id} and ${one.id} of VM ${one.vmId} overlap by ${before.endedAt - one.startedAt} ms.`];
  });
}

/** Every point of the VM restored, and compared with what its disk held during the run that made it. */
async function pointsOf(
  cluster: Cluster,
  { vmId, contents }: Machine,
  backups: readonly Operation[],
  found: Verdict,
): Promise<string[]> {
  const wrong: string[] = [];
  const vm = await cluster.store.vms.get(vmId);
  for (const imageId of vm.backups.ids) {
    const image = await cluster.store.images.get(imageId);
    if (image.type !== IMAGE_TYPE.BACKUP || image.state !== IMAGE_STATE.READY) {
      wrong.push(`Image ${imageId} of VM ${vmId} is in state ${image.state}: ${JSON.stringify(image.template)}`);
      continue;
    }
    for (const point of image.points) {
      found.points += 1;
      const made = backups.find(({ recorded }) => recorded?.imageId === imageId && recorded.pointId === point.id);
      const wanted = made && contents.get(made.id);
      const is = await restoredDigest(cluster, image, point.id).catch((error: unknown) => reasonOf(error));
      if (wanted === undefined) wrong.push(`Point ${point.id} of image ${imageId} (VM ${vmId}) is of no known run.`);
      else if (is !== wanted) wrong.push(`Point ${point.id} of image ${imageId} (VM ${vmId}) is wrong: ${is}`);
    }
  }
  return wrong;
}

async function restoredDigest(cluster: Cluster, image: Image, pointId: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'onevault-restored-'));
  try {
    const target = join(directory, 'disk');
    const datastore = await cluster.store.datastores.get(image.datastoreId);
    const disks = servedDisks(image, pointId).map(({ stored, members }) => ({
      ...{ stored, members, target, targetFormat: 'raw' as const },
    }));
    const store = { driver: datastore.dsMad, datastoreId: datastore.id, basePath: datastore.basePath, attributes: {} };
    const task = {
      kind: 'restore' as const,
      operationId: '0'.repeat(16),
      store,
      disks,
      directory: join(directory, 'shown'),
    };
    await restore(task, new AbortController().signal, () => undefined);
    return await digestOf(target);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function fsck(cluster: Cluster): Promise<string[]> {
  const [node] = cluster.nodes;
  if (!node) return [];
  const argv = [join(ROOT, 'bin/onevault'), 'fsck', '--config', join(node.place.directory, 'onevault.conf')];
  const { code, stdout, stderr } = await run(argv, { env: { DATABASE_URL: node.place.databaseUrl }, okCodes: [0, 1] });
  return code === 0 ? [] : [`onevault fsck says: ${stdout}${stderr}`];
}
