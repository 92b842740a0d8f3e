// When backup windows are open: while the clock of their zone shows a time in one of them. An hour that the clock jumps over is missing
// from a window, one that comes twice is in it twice. Pure.
import { Temporal } from 'temporal-polyfill';
import type { BackupWindow } from '../model/backup-window.ts';

/** Every window opens within these days: a week, and one more for a day that was jumped over. */
const AHEAD_DAYS = 16;
const DAY_SEC = 86_400;

/** Whether one of them is open; without any it is always open. */
export function isOpen(windows: BackupWindow[], nowSec: number): boolean {
  return windows.length === 0 || windows.some((window) => within(window, nowSec));
}

/** Epoch seconds of the first time from now on at which one is open: `nowSec` itself while one is. */
export function opensAt(windows: BackupWindow[], nowSec: number): number {
  if (isOpen(windows, nowSec)) return nowSec;
  return Math.min(...windows.map((window) => firstOpening(window, nowSec)));
}

function within({ days, fromMin, toMin, zone }: BackupWindow, atSec: number): boolean {
  const at = zoned(atSec, zone);
  const minute = at.hour * 60 + at.minute;
  const overnight = toMin <= fromMin;
  const today = days.includes(at.dayOfWeek % 7) && minute >= fromMin && (overnight || minute < toMin);
  return today || (overnight && days.includes((at.dayOfWeek + 6) % 7) && minute < toMin);
}

/** A closed window opens when the clock comes to its first minute, or jumps into it. */
function firstOpening(window: BackupWindow, nowSec: number): number {
  const untilSec = nowSec + AHEAD_DAYS * DAY_SEC;
  const candidates = [...starts(window, nowSec), ...jumps(window.zone, nowSec, untilSec)];
  return Math.min(...candidates.filter((atSec) => atSec > nowSec && within(window, atSec)));
}

function starts({ fromMin, zone }: BackupWindow, nowSec: number): number[] {
  const time = new Temporal.PlainTime(Math.floor(fromMin / 60), fromMin % 60);
  const yesterday = zoned(nowSec, zone).toPlainDate().subtract({ days: 1 });
  return Array.from({ length: AHEAD_DAYS }, (_, day) => yesterday.add({ days: day }).toPlainDateTime(time)).flatMap(
    (at) =>
      (['earlier', 'later'] as const).map((disambiguation) => seconds(at.toZonedDateTime(zone, { disambiguation }))),
  );
}

/** When the clock of the zone is put forward or back. */
function jumps(zone: string, fromSec: number, untilSec: number): number[] {
  const found: number[] = [];
  let at = zoned(fromSec, zone).getTimeZoneTransition('next');
  while (at !== null && seconds(at) <= untilSec) {
    found.push(seconds(at));
    at = at.getTimeZoneTransition('next');
  }
  return found;
}

function zoned(epochSec: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(epochSec * 1000).toZonedDateTimeISO(zone);
}

function seconds(at: Temporal.ZonedDateTime): number {
  return Math.floor(at.epochMilliseconds / 1000);
}
