// RESTORE_PLAN: what a restore would make if it began now. OpenNebula has no such document.
import type { RestoredDiskPreview, RestorePreview } from '../../model/restore-preview.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';
import { previewQuotaXml } from './backup-plan.ts';

export function restorePlanXml(plan: RestorePreview): string {
  return branch(
    'RESTORE_PLAN',
    leaf('IMAGE_ID', plan.imageId),
    leaf('INCREMENT_ID', plan.pointId),
    leaf('DATE', plan.date),
    leaf('IN_PLACE', plan.inPlace),
    leaf('DATASTORE_ID', plan.datastoreId),
    cdataLeaf('NAME', plan.name),
    leaf('TEMPLATE', plan.template),
    leaf('NEEDS_MB', plan.needsMb),
    leaf('FREE_MB', plan.freeMb),
    ...plan.disks.map(diskXml),
    ...plan.nics.map(({ network, ip }) => branch('NIC', cdataLeaf('NETWORK', network), cdataLeaf('IP', ip))),
    ...plan.stripped.map(({ name, value, reason }) =>
      branch('STRIPPED', cdataLeaf('NAME', name), cdataLeaf('VALUE', value), cdataLeaf('REASON', reason)),
    ),
    ...plan.quota.map(previewQuotaXml),
    ...plan.warnings.map((warning) => cdataLeaf('WARNING', warning)),
  );
}

function diskXml({ diskId, name, sizeMb, sizeBeforeMb, format, bytes }: RestoredDiskPreview): string {
  return branch(
    'DISK',
    leaf('DISK_ID', diskId),
    cdataLeaf('NAME', name),
    leaf('SIZE', sizeMb),
    leaf('SIZE_BEFORE', sizeBeforeMb),
    leaf('FORMAT', format),
    leaf('BYTES', bytes),
  );
}
