// What retention makes of the points of one backup image: by the rules that hold for its VM, with others put over them to try them.
import { readKeepRules, keepRulesOf, type KeepRules } from '../model/backup-config.ts';
import type { Vector } from '../model/attributes.ts';
import { readBackupPolicy } from '../model/backup-policy.ts';
import type { Image } from '../model/image.ts';
import type { ForecastPoint, Retention } from '../model/retention.ts';
import type { Vm } from '../model/vm.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import { configOf } from './job-template.ts';
import { backupsOf } from './remove.ts';
import { forecast } from './retention-forecast.ts';

/** `tried` are rules that are put over those that hold. */
export async function retentionOf(parts: Parts, image: Image, tried: Vector): Promise<Retention> {
  const vm = image.vms[0] === undefined ? undefined : await parts.store.vms.find(image.vms[0]);
  const rules = readKeepRules(tried, vm ? await rulesOf(parts, vm) : { keepLast: 0 }, '');
  const images = vm ? await backupsOf(parts.store, vm) : [];
  const all = images.some(({ id }) => id === image.id) ? images : [...images, image];
  const chainImageId = vm?.backups.config.incrementalBackupId ?? -1;
  const context = { nowSec: nowSec(parts.clock), zone: parts.timeZone, chainImageId };
  const points = forecast(all, image.id, rules, context);
  const { appendOnly } = readBackupPolicy((await parts.store.datastores.find(image.datastoreId))?.template ?? []);
  return { rules, points: appendOnly ? points.map(left) : points };
}

/** Nobody may remove what is in the datastore, whatever the rules say. */
function left(point: ForecastPoint): ForecastPoint {
  if (point.kept) return { ...point, goesSec: 0 };
  const reason = `the datastore lets nobody remove it (APPEND_ONLY="YES"); by the rules: ${point.reason}`;
  return { ...point, kept: true, rules: ['APPEND_ONLY'], goesSec: 0, reason };
}

/** A VM in a job is backed up by it alone, and kept as it says. */
async function rulesOf({ store }: Parts, { backups: { config } }: Vm): Promise<KeepRules> {
  const job = config.backupJobId === undefined ? undefined : await store.backupJobs.find(config.backupJobId);
  return keepRulesOf(job ? configOf(job.template) : config);
}
