// ELIGIBILITY: whether the next backup of a VM can be an increment, and why not. OpenNebula has no such document.
import type { DiskEligibility, Eligibility } from '../../model/eligibility.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

export function eligibilityXml(eligibility: Eligibility): string {
  const { vmId, mode, incrementMode, next, reason, possible, obstacles, disks } = eligibility;
  return branch(
    'ELIGIBILITY',
    leaf('VM_ID', vmId),
    leaf('MODE', mode),
    leaf('INCREMENT_MODE', incrementMode),
    leaf('NEXT', next),
    cdataLeaf('REASON', reason),
    leaf('POSSIBLE', possible),
    ...obstacles.map((obstacle) => cdataLeaf('OBSTACLE', obstacle)),
    ...disks.map(diskXml),
  );
}

function diskXml({ diskId, target, format, sizeMb, takesPart, increment, reason }: DiskEligibility): string {
  return branch(
    'DISK',
    leaf('DISK_ID', diskId),
    cdataLeaf('TARGET', target),
    leaf('FORMAT', format),
    leaf('SIZE', sizeMb),
    leaf('TAKES_PART', takesPart),
    leaf('INCREMENT', increment),
    cdataLeaf('REASON', reason),
  );
}
