// OCCURRENCES: the next moments of schedules, told before they are saved. OpenNebula has no such document.
import type { ScheduledActionName } from '../../model/scheduled-action.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

export interface ShownOccurrence {
  /** Epoch seconds. */
  atSec: number;
  /** Which of the SCHED_ACTION, from 0. */
  index: number;
  action: ScheduledActionName;
}

export function occurrencesXml(zone: string, occurrences: readonly ShownOccurrence[]): string {
  return branch(
    'OCCURRENCES',
    cdataLeaf('ZONE', zone),
    ...occurrences.map(({ atSec, index, action }) =>
      branch('OCCURRENCE', leaf('TIME', atSec), leaf('INDEX', index), leaf('ACTION', action)),
    ),
  );
}
