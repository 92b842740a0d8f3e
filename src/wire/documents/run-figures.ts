// RUN_FIGURES: what runs took and moved, by day and by VM. OpenNebula has no such document.
import type { RunFigures, RunSums } from '../../model/run-figures.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

export function runFiguresXml({ fromSec, untilSec, kind, days, vms }: RunFigures): string {
  return branch(
    'RUN_FIGURES',
    leaf('FROM', fromSec),
    leaf('TO', untilSec),
    leaf('KIND', kind),
    ...days.map(({ atSec, sums }) => branch('DAY', leaf('TIME', atSec), ...sumsXml(sums))),
    ...vms.map(({ vmId, name, sums }) =>
      branch(
        'VM',
        leaf('ID', vmId),
        cdataLeaf('NAME', name),
        ...sumsXml(sums),
        leaf('LAST', Math.floor(sums.lastMs / 1000)),
      ),
    ),
  );
}

/** Times in seconds; those and bytes are of what ended well. */
export function sumsXml(sums: RunSums): string[] {
  return [
    leaf('DONE', sums.done),
    leaf('FAILED', sums.failed),
    leaf('CANCELLED', sums.cancelled),
    leaf('TOOK', Math.round(sums.tookMs / 1000)),
    leaf('LONGEST', Math.round(sums.longestMs / 1000)),
    leaf('BYTES_READ', sums.readBytes),
    leaf('BYTES_SENT', sums.sentBytes),
    leaf('BYTES_STORED', sums.storedBytes),
  ];
}
