// How numbers are written: sizes, rates, spans and moments. Pure.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `1.5 GiB`; three digits are enough to compare. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2;
  return `${Number(value.toFixed(digits))} ${UNITS[unit]!}`;
}

export const MIB = 1024 * 1024;
/** OpenNebula counts disks and datastores in MiB. */
export const mibText = (mib: number): string => bytesText(mib * MIB);
export const rateText = (bytesPerSec: number): string => `${bytesText(bytesPerSec)}/s`;

const SPANS: ReadonlyArray<readonly [string, number]> = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

/** `2 h 5 min`: the largest unit and the one below it. */
export function spanText(seconds: number): string {
  let left = Math.max(0, Math.round(seconds));
  const at = SPANS.findIndex(([, size]) => left >= size);
  if (at < 0) return '0 s';
  const words: string[] = [];
  for (const [unit, size] of SPANS.slice(at, at + 2)) {
    const count = Math.floor(left / size);
    if (count > 0) words.push(`${count} ${unit}`);
    left -= count * size;
  }
  return words.join(' ');
}

/** `3 min ago`, `in 2 h`: one unit. */
export function relativeText(epochSec: number, nowSec: number): string {
  const gap = epochSec - nowSec;
  const size = Math.abs(gap);
  if (size < 45) return gap > 0 ? 'in a moment' : 'just now';
  const [unit, each] = SPANS.find(([, seconds]) => size >= seconds * 0.95) ?? SPANS[3]!;
  const text = `${Math.max(1, Math.round(size / each))} ${unit}`;
  return gap > 0 ? `in ${text}` : `${text} ago`;
}

const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const SHORT = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });

/** With seconds and the year. */
export const exactMoment = (epochSec: number): string => EXACT.format(epochSec * 1000);
/** `27 Nov, 22:19` */
export const shortMoment = (epochSec: number): string => SHORT.format(epochSec * 1000);
/** `Fri, 27 Nov` */
export const dayText = (epochSec: number): string => DAY.format(epochSec * 1000);

export const percentText = (share: number): string => `${Math.round(share * 100)} %`;
