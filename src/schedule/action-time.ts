// TIME of a scheduled action: epoch seconds, now, or seconds from the start of the VM. Pure.
import { wrong, whole } from './action-attribute.ts';

/** Of the end of the year 9999: a time in milliseconds is noticed. */
const LATEST_SEC = 253_402_300_799;

/** What times are reckoned from. */
export interface Clock {
  nowSec: number;
  /** Epoch seconds of the VM's start, which +N counts from; left out for backup jobs, which have none. */
  startSec?: number | undefined;
}

/** Epoch seconds. Throws OneError INTERNAL. */
export function readTime(name: string, value: string, { nowSec, startSec }: Clock): number {
  if (value.toLowerCase() === 'now') return nowSec;
  const isRelative = value.startsWith('+');
  const number = whole(isRelative ? value.slice(1) : value);
  if (isRelative && number !== undefined && startSec === undefined) {
    wrong(name, value, 'it would count from the start of a VM, and there is none: it must be epoch seconds, or now');
  }
  const atSec = number === undefined ? 0 : number + (isRelative ? (startSec ?? 0) : 0);
  if (atSec >= 1 && atSec <= LATEST_SEC) return atSec;
  const relative = startSec === undefined ? '' : ', +N for N seconds after the start of the VM';
  wrong(name, value, `it must be epoch seconds${relative}, or now`);
}

/** The end of a repetition: epoch seconds alone. */
export function readEndTime(value: string): number {
  const atSec = whole(value) ?? 0;
  if (atSec >= 1 && atSec <= LATEST_SEC) return atSec;
  wrong('END_VALUE', value, 'with END_TYPE DATE it must be epoch seconds');
}
