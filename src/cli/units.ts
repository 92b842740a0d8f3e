// Numbers and times in the shapes of OpenNebula's command line. Times are local.

const SUFFIXES = ['K', 'M', 'G', 'T'] as const;
export type Unit = (typeof SUFFIXES)[number];

/** A size given in `unit`, divided by 1024 while greater than 1024: 172M, 1024M, 1.5G. */
export function size(value: number, unit: Unit): string {
  let index = SUFFIXES.indexOf(unit);
  let rest = value;
  while (rest > 1024 && index < SUFFIXES.length - 1) {
    rest /= 1024;
    index += 1;
  }
  return `${rest.toFixed(1).replace(/\.0$/, '')}${SUFFIXES[index] ?? ''}`;
}

/** A size of so many bytes. */
export function bytes(value: number): string {
  return value < 1024 ? `${Math.round(value)}B` : size(value / 1024, 'K');
}

/** A number in a document; 0 when it is missing or no number. */
export function number(text: string): number {
  const value = Number(text);
  return Number.isFinite(value) ? value : 0;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `MM/DD HH:MM:SS` of epoch seconds, `-` for 0. */
export function time(epochSec: number): string {
  if (epochSec === 0) return '-';
  return `${minuteTime(epochSec)}:${two(new Date(epochSec * 1000).getSeconds())}`;
}

/** `MM/DD HH:MM` of epoch seconds, `-` for 0. */
export function minuteTime(epochSec: number): string {
  if (epochSec === 0) return '-';
  const date = new Date(epochSec * 1000);
  return `${two(date.getMonth() + 1)}/${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `  1d 02h03m` */
export function period(seconds: number): string {
  const { days, hours, minutes } = parts(seconds);
  return `${String(days).padStart(3)}d ${two(hours)}h${two(minutes)}m`;
}

/** `  0h05m09s` */
export function shortPeriod(seconds: number): string {
  const { days, hours, minutes, rest } = parts(seconds);
  return `${String(days * 24 + hours).padStart(3)}h${two(minutes)}m${two(rest)}s`;
}

function parts(seconds: number): { days: number; hours: number; minutes: number; rest: number } {
  const whole = Math.max(0, Math.trunc(seconds));
  return {
    days: Math.trunc(whole / 86400),
    hours: Math.trunc(whole / 3600) % 24,
    minutes: Math.trunc(whole / 60) % 60,
    rest: whole % 60,
  };
}

/** Yes for 1. */
export function yesNo(text: string): string {
  return text === '1' ? 'Yes' : 'No';
}

/** A size such as 512, 2g or 300mb in MB, rounded up; undefined when it is none. */
export function parseSizeMb(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)b?$/i.exec(text.trim());
  if (!match) return undefined;
  const factor = { k: 1 / 1024, m: 1, g: 1024, t: 1024 * 1024 }[(match[2] ?? '').toLowerCase() || 'm'] ?? 1;
  return Math.ceil(Number(match[1]) * factor);
}
