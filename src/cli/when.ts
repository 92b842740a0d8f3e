// Dates and times as users type them, in the local zone unless they name another. Pure: what today is comes as an argument.

const WHEN = new RegExp(
  '^(?:(?:(?<year>\\d{4})[-/])?(?<month>\\d{1,2})[-/](?<day>\\d{1,2}))?' +
    '(?:(?:^|[T ]+)(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:\\.\\d+)?)?)?' +
    ' *(?<zone>Z|UTC|(?<=:[\\d.]+ *)(?<sign>[+-])(?<zoneHours>\\d{2}):?(?<zoneMinutes>\\d{2}))?$',
  'i',
);

/**
 * Epoch seconds of `2022-12-01 13:28:44`, `12/01 13:28`, `2022-12-01T13:28Z`, `13:28`, `12/01`, ...; undefined when it is none. A
 * year or date left out is that of `nowMs`, a time left out is midnight.
 */
export function epochOf(given: string, nowMs: number): number | undefined {
  const parts = WHEN.exec(given.trim())?.groups;
  if (!parts || (parts['month'] === undefined && parts['hour'] === undefined)) return undefined;
  const now = new Date(nowMs);
  const [year, month, day] = [
    Number(parts['year'] ?? now.getFullYear()),
    Number(parts['month'] ?? now.getMonth() + 1),
    Number(parts['day'] ?? now.getDate()),
  ];
  const [hour, minute, second] = [
    Number(parts['hour'] ?? 0),
    Number(parts['minute'] ?? 0),
    Number(parts['second'] ?? 0),
  ];
  if (!isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) return undefined;
  if (parts['zone'] === undefined) return new Date(year, month - 1, day, hour, minute, second).getTime() / 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - zoneSec(parts);
}

/** Seconds by which a zone is ahead of UTC. */
function zoneSec(parts: Record<string, string | undefined>): number {
  const seconds = Number(parts['zoneHours'] ?? 0) * 3600 + Number(parts['zoneMinutes'] ?? 0) * 60;
  return parts['sign'] === '-' ? -seconds : seconds;
}

/** Whether the month has such a day. */
function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `2022-12-01 13:28:44 +0000` of epoch seconds, in the local zone. */
export function zonedTime(epochSec: number): string {
  const date = new Date(epochSec * 1000);
  const aheadMin = -date.getTimezoneOffset();
  const zone = `${aheadMin < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(aheadMin) / 60))}${two(Math.abs(aheadMin) % 60)}`;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone}`;
}
