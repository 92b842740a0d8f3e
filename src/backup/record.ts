// Writes down what a backup has made, in the transaction that it is given: a new image, or a point more of the chain that the run
// was bound to, and what the VM says of its backups.
import { merge, type Attributes } from '../model/attributes.ts';
import { writeBackupConfig } from '../model/backup-config.ts';
import type { RecordDraft } from '../model/backup-record.ts';
import { sizeOf } from '../model/chain.ts';
import { CODE, OneError } from '../model/errors.ts';
import { IMAGE_STATE, type BackupPoint, type Image } from '../model/image.ts';
import type { BackupResult } from '../model/tasks/backup.ts';
import type { Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { IMPORT } from '../vm/wild.ts';
import { asConfigured, type BackupRun } from './decide.ts';
import { backupImage, backupPoint } from './image.ts';
import { describeBackup } from './self-description.ts';

/** What the snapshot of a run is to say of itself. */
export async function selfDescription(store: Store, { operation, plan, vm, task }: BackupRun): Promise<RecordDraft> {
  return describeBackup({
    installation: await store.installation(),
    operationId: operation.id,
    vm,
    plan,
    chain: plan.parent === null ? undefined : await store.images.find(plan.parent.imageId),
    directory: task.directory,
    vmTemplate: savedTemplate(vm),
  });
}

/** Throws when the run has been ended by somebody else, or its chain is no longer what it was. */
export async function recordBackup(tx: Store, run: BackupRun, result: BackupResult, nowMs: number): Promise<void> {
  const { operation, plan, datastore } = run;
  const vm = asConfigured(await tx.vms.get(run.vm.id), run.wish.config);
  if (vm.operationId !== operation.id) {
    throw new OneError(CODE.INTERNAL, 'The run was ended by somebody else before its result came.');
  }
  const made = { plan, result, directory: run.task.directory, vmTemplate: savedTemplate(run.vm) };
  let image: Image;
  if (plan.parent) image = await addPoint(tx, plan.parent, backupPoint(made), operation.id);
  else {
    const taken = new Set((await tx.images.names({ owner: { uid: vm.uid }, namePrefix: `${vm.id} ` })).values());
    image = await tx.images.allocate((id) =>
      backupImage({ ...made, id, vm, datastore, nowMs, taken, chain: operation.id }),
    );
  }
  await tx.vms.update(vm.id, (record) => note(record, run, image));
  const { processedBytes, storedBytes, scratchBytes, peakRssBytes, readBytes } = result;
  operation.imageIds = [image.id];
  operation.recorded = { imageId: image.id, pointId: plan.pointId };
  operation.figures = {
    ...{ processedBytes, storedBytes, scratchBytes, peakRssBytes },
    ...(readBytes !== undefined && { readBytes }),
  };
}

/** An increment goes nowhere but onto the point that it was made for. */
async function addPoint(
  tx: Store,
  parent: NonNullable<BackupRun['plan']['parent']>,
  point: BackupPoint,
  operationId: string,
): Promise<Image> {
  return tx.images.update(parent.imageId, (image) => {
    const last = image.points.at(-1);
    if (image.state !== IMAGE_STATE.READY || last?.id !== parent.point.id || last.tracker !== parent.point.tracker) {
      throw new OneError(
        CODE.ACTION,
        `Image ${image.id} is no longer what increment ${point.id} was made for; the increment was not kept.`,
        { retry: true },
      );
    }
    image.chain ??= operationId; // as the record in the snapshot has it
    image.points.push(point);
    image.sizeMb = sizeOf(image);
  });
}

function note(vm: Vm, run: BackupRun, image: Image): void {
  const { plan } = run;
  const { backups } = vm;
  const point = image.points.at(-1);
  if (!backups.ids.includes(image.id)) backups.ids.push(image.id);
  if (run.vm.backups.config.mode === 'INCREMENT') {
    backups.config.incrementalBackupId = image.id;
    backups.config.lastIncrementId = plan.pointId;
    delete backups.chainEnded;
  }
  if (!point) return;
  const { type, reason, consistency, date } = point;
  backups.last = { imageId: image.id, pointId: point.id, type, reason, consistency, date };
}

/** The VM as a restore will need it; its backup configuration comes along, so that the restored VM is protected too. */
function savedTemplate(vm: Vm): Attributes {
  const all = merge(vm.template, vm.userTemplate);
  // an imported VM's cards are on bridges of its host, and its restored twin is an ordinary VM
  const template = vm.imported ? all.filter(([name]) => name !== 'NIC' && name !== IMPORT) : all;
  return vm.backups.configured ? [...template, ['BACKUP_CONFIG', writeBackupConfig(vm.backups.config)]] : template;
}
