// RUN, the entries of RUN_POOL: a run as people look back on it, or while it is under way. OpenNebula has no such document.
import { mendingStep } from '../../model/mending.ts';
import { WAITING, type AskedBy, type DiskProgress, type Operation } from '../../model/operation.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

export const RUN_POOL = 'RUN_POOL';

/** What of a run is not in its record. */
export interface RunContext {
  vmName: string;
  /** Of a verification. */
  pointId?: number | undefined;
}

const NONE = -1;

export function runXml(run: Operation, { vmName, pointId = run.recorded?.pointId ?? NONE }: RunContext): string {
  const { figures, pace, steps = [], warnings = [] } = run;
  return branch(
    'RUN',
    leaf('ID', run.id),
    leaf('VM_ID', run.vmId),
    cdataLeaf('VM_NAME', vmName),
    leaf('KIND', run.kind),
    leaf('TYPE', run.type ?? ''),
    cdataLeaf('WHY', run.why ?? ''),
    cdataLeaf('REASON', run.reason),
    leaf('RESULT', resultOf(run)),
    cdataLeaf('PHASE', run.phase),
    cdataLeaf('WAITS', run.waits ?? ''),
    ...askedXml(run.asked),
    leaf('DATASTORE_ID', run.datastoreId),
    leaf('HOST_ID', run.hostId),
    leaf('IMAGE_ID', run.reads?.imageId ?? run.recorded?.imageId ?? run.imageIds[0] ?? NONE),
    leaf('INCREMENT_ID', pointId),
    leaf('START', seconds(run.startedAt)),
    leaf('BEGIN', seconds(run.begunAt ?? 0)),
    leaf('END', seconds(run.endedAt)),
    leaf('BYTES_READ', figures?.readBytes ?? 0),
    leaf('BYTES_SENT', figures?.processedBytes ?? 0),
    leaf('BYTES_STORED', figures?.storedBytes ?? 0),
    leaf('BYTES_DONE', sum(run.disks, 'bytesDone')),
    leaf('BYTES_TOTAL', sum(run.disks, 'bytesTotal')),
    leaf('RATE', Math.round(pace?.bytesPerSec ?? 0)),
    leaf('TIME_LEFT', pace ? Math.ceil(pace.leftSec) : NONE),
    leaf('RATE_LIMIT', run.allowedBytesPerSec ?? 0),
    cdataLeaf('HINT', mendingStep(run)),
    ...steps.map(({ phase, atMs }) => branch('STEP', cdataLeaf('PHASE', phase), leaf('TIME', seconds(atMs)))),
    ...warnings.map((warning) => cdataLeaf('WARNING', warning)),
  );
}

function resultOf({ result, phase }: Operation): string {
  return result === 'running' && phase === WAITING ? WAITING : result;
}

/** Records of before it was noted say nothing. */
function askedXml(asked: AskedBy | undefined): string[] {
  const id = asked?.by === 'schedule' ? asked.actionId : asked?.by === 'job' ? asked.jobId : NONE;
  const uid = asked && asked.by !== 'policy' ? asked.uid : NONE;
  return [leaf('ASKED_BY', asked?.by ?? ''), leaf('ASKED_ID', id), leaf('UID', uid)];
}

function seconds(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}

function sum(disks: readonly DiskProgress[], of: 'bytesDone' | 'bytesTotal'): number {
  return disks.reduce((all, disk) => all + disk[of], 0);
}
