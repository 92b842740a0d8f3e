// RETENTION: which points of a backup the rules keep, and until when. OpenNebula has no such document.
import { KEEP_RULES, type KeepRule } from '../../model/backup-config.ts';
import type { ForecastPoint, Retention } from '../../model/retention.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

export function retentionXml({ rules, points }: Retention): string {
  const names = Object.keys(KEEP_RULES) as KeepRule[];
  return branch('RETENTION', ...names.map((name) => leaf(name, rules[KEEP_RULES[name]] ?? 0)), ...points.map(pointXml));
}

function pointXml({ pointId, date, kept, rules, goesSec, reason }: ForecastPoint): string {
  return branch(
    'POINT',
    leaf('ID', pointId),
    leaf('DATE', date),
    leaf('KEPT', kept),
    ...rules.map((rule) => leaf('RULE', rule)),
    leaf('GOES', goesSec),
    cdataLeaf('REASON', reason),
  );
}
