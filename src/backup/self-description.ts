// What a snapshot will say of itself, as far as the daemon knows it before the run: the records from which a lost database is made anew.
// Pure.
import type { Attributes } from '../model/attributes.ts';
import type { BackupRecord, RecordDraft } from '../model/backup-record.ts';
import { topLayer } from '../model/chain.ts';
import type { Image, Layer } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import type { BackupPlan } from './plan.ts';

export interface DescribedRun {
  installation: string;
  operationId: string;
  vm: Vm;
  plan: BackupPlan;
  /** The image that an increment is for. */
  chain: Image | undefined;
  directory: string;
  vmTemplate: Attributes;
}

/** A backup that begins. */
export function describeBackup(run: DescribedRun): RecordDraft {
  const { installation, operationId, vm, plan, chain, directory, vmTemplate } = run;
  const { id, name, uid, gid, uname, gname } = vm;
  const parent = plan.parent === null ? undefined : chain;
  return {
    installation,
    operation: operationId,
    chain: parent?.chain ?? operationId,
    mode: vm.backups.config.mode,
    vm: { id, name },
    owner: parent ? ownerOf(parent) : { uid, gid, uname, gname },
    point: {
      id: plan.pointId,
      below: plan.parent === null || plan.layout === 'SLICES' ? -1 : topLayer(plan.parent.point).pointId,
      reason: oneLine(plan.reason),
    },
    directory,
    targets: Object.fromEntries(plan.disks.map(({ diskId, target }) => [diskId, target])),
    vmTemplate,
  };
}

/** Layers of an image that are being merged. */
export function describeMerge(
  image: Image,
  layers: readonly Layer[],
  below: readonly Layer[],
  run: Pick<DescribedRun, 'installation' | 'operationId' | 'directory'>,
): Omit<BackupRecord, 'disks'> {
  const pointId = layers.at(-1)?.pointId ?? -1;
  const point = image.points.find(({ id }) => id >= pointId) ?? image.points[0];
  return {
    installation: run.installation,
    operation: run.operationId,
    chain: image.chain ?? run.operationId,
    mode: image.isChain ? 'INCREMENT' : 'FULL',
    vm: { id: image.vms[0] ?? 0, name: '' },
    owner: ownerOf(image),
    point: {
      id: pointId,
      below: below.at(-1)?.pointId ?? -1,
      date: point?.date ?? 0,
      consistency: point?.consistency ?? 'crash',
      reason: oneLine(point?.reason ?? ''),
    },
    directory: run.directory,
    vmTemplate: point?.vmTemplate ?? [],
  };
}

function ownerOf({ uid, gid, uname, gname }: Image): BackupRecord['owner'] {
  return { uid, gid, uname, gname };
}

function oneLine(reason: string): string {
  return reason.replace(/\p{Cc}+/gu, ' ').slice(0, 4096);
}
