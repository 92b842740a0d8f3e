// Makes a record what another says. Pure.
import type { ScheduledAction } from '../model/scheduled-action.ts';

/** Attributes that are gone from `next` go from the record as well. */
export function become(record: ScheduledAction, next: ScheduledAction): void {
  for (const key of Object.keys(record)) if (!(key in next)) Reflect.deleteProperty(record, key);
  Object.assign(record, next);
}
