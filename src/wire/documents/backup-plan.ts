// BACKUP_PLAN: what a backup would be if it began now. OpenNebula has no such document.
import type { BackupPreview, PreviewDisk, PreviewDrop, PreviewQuota } from '../../model/backup-preview.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

export function backupPlanXml(plan: BackupPreview): string {
  return branch(
    'BACKUP_PLAN',
    leaf('TYPE', plan.type),
    cdataLeaf('REASON', plan.reason),
    leaf('LIVE', plan.live),
    leaf('DATASTORE_ID', plan.datastoreId),
    ...plan.disks.map(diskXml),
    ...plan.leftOut.map((disk) => cdataLeaf('LEFT_OUT', disk)),
    ...plan.drops.map(dropXml),
    ...plan.quota.map(previewQuotaXml),
  );
}

/** Nothing is said of what changed when nothing notes it. */
function diskXml({ diskId, target, path, virtualMb, dirtyMb }: PreviewDisk): string {
  return branch(
    'DISK',
    leaf('DISK_ID', diskId),
    cdataLeaf('TARGET', target),
    cdataLeaf('PATH', path),
    leaf('SIZE', virtualMb),
    dirtyMb === null ? '' : leaf('DIRTY_MB', dirtyMb),
  );
}

function dropXml({ imageId, pointIds, reason }: PreviewDrop): string {
  return branch('DROP', leaf('IMAGE_ID', imageId), leaf('POINTS', pointIds.join(',')), cdataLeaf('REASON', reason));
}

export function previewQuotaXml({ whose, metric, used, limit, adds }: PreviewQuota): string {
  return branch(
    'QUOTA',
    cdataLeaf('WHOSE', whose),
    leaf('METRIC', metric),
    leaf('USED', used),
    leaf('LIMIT', limit),
    leaf('ADDS', adds),
  );
}
