// A pin keeps a restore point until a date, or until it is taken off, whatever retention says. Pure.
import { text, type Attributes } from './attributes.ts';
import { CODE, OneError } from './errors.ts';
import type { BackupPoint } from './image.ts';

export interface Pin {
  reason: string;
  /** Epoch seconds of its end; left out for one without an end. */
  untilSec?: number;
}

const LONGEST_REASON = 256;

export function isPinned({ pin }: Pick<BackupPoint, 'pin'>, nowSec: number): boolean {
  return pin !== undefined && (pin.untilSec === undefined || nowSec < pin.untilSec);
}

/** REASON and UNTIL, epoch seconds; throws a OneError that names what is not right. */
export function readPin(options: Attributes, nowSec: number): Pin {
  const unknown = options.find(([name, value]) => !['REASON', 'UNTIL'].includes(name) || typeof value !== 'string');
  if (unknown) throw wrong(unknown[0], 'is not an option of a pin; those are REASON and UNTIL');
  const reason = (text(options, 'REASON') ?? '').trim();
  if (reason === '' || reason.length > LONGEST_REASON || /\p{Cc}/u.test(reason)) {
    throw wrong('REASON', `must say in one line of at most ${LONGEST_REASON} characters why the point is kept`);
  }
  const until = text(options, 'UNTIL') ?? '';
  if (until === '') return { reason };
  const untilSec = /^\d{1,12}$/.test(until) ? Number(until) : 0;
  if (untilSec > nowSec) return { reason, untilSec };
  throw wrong(`UNTIL="${until}"`, 'must be a time to come, in seconds since 1970');
}

/** What a point says of its pin. */
export function pinText({ reason, untilSec }: Pin): string {
  return `${untilSec === undefined ? 'until it is unpinned' : `until ${dateOf(untilSec)}`}: ${reason}`;
}

function dateOf(sec: number): string {
  return `${new Date(sec * 1000).toISOString().slice(0, 19)}Z`;
}

function wrong(name: string, why: string): OneError {
  return new OneError(CODE.ACTION, `The point cannot be pinned: ${name} ${why}.`);
}
