// SUMMARY: backups and machines at a glance. OpenNebula has no such document.
import type { DatastoreSummary, Summary } from '../../model/summary.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';
import { sumsXml } from './run-figures.ts';

export function summaryXml(summary: Summary): string {
  const { vms, protection } = summary;
  return branch(
    'SUMMARY',
    leaf('TIME', summary.atSec),
    branch(
      'VMS',
      leaf('TOTAL', vms.total),
      leaf('RUNNING', vms.running),
      leaf('OFF', vms.off),
      leaf('OTHER', vms.other),
    ),
    branch(
      'PROTECTION',
      leaf('PROTECTED', protection.protected),
      leaf('OVERDUE', protection.overdue),
      leaf('UNPROTECTED', protection.unprotected),
      leaf('PROVEN', protection.proven),
    ),
    branch('RUNS', leaf('RUNNING', summary.running), leaf('WAITING', summary.waiting)),
    branch('LAST_DAY', ...sumsXml(summary.lastDay)),
    leaf('NEXT_BACKUP', summary.nextSec),
    ...summary.datastores.map(datastoreXml),
  );
}

function datastoreXml(datastore: DatastoreSummary): string {
  return branch(
    'DATASTORE',
    leaf('ID', datastore.id),
    cdataLeaf('NAME', datastore.name),
    leaf('TOTAL_MB', datastore.totalMb),
    leaf('FREE_MB', datastore.freeMb),
    leaf('USED_MB', datastore.usedMb),
    leaf('IMAGES', datastore.images),
    ...trendXml(datastore),
  );
}

/** A tenth of a MB a day is as much as can be known. */
export function trendXml({ mbPerDay, fullSec = -1 }: { mbPerDay: number; fullSec: number | undefined }): string[] {
  return [leaf('MB_PER_DAY', Math.round(mbPerDay * 10) / 10 + 0), leaf('FULL_ON', fullSec)];
}
