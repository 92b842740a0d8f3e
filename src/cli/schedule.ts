// The scheduling options: when something is to happen, how often, and until when, as the text of a SCHED_ACTION.
import { argument, done, forEachId, type Family, type Session } from './family.ts';
import { Failure } from './failure.ts';
import { changedTemplate } from './input.ts';
import { idOf, methodOf, NOUN, wordOf, type Noun } from './lookup.ts';
import type { Value } from '../wire/xmlrpc.ts';
import { epochOf, zonedTime } from './when.ts';

export interface ScheduleOptions {
  schedule?: string;
  weekly?: string;
  monthly?: string;
  yearly?: string;
  hourly?: string;
  end?: string;
}

export const SCHEDULE_OPTIONS = [
  ['--schedule <time>', 'when: now, +SECONDS after the start of the VM, or a time such as "12/24 22:30"'],
  ['--weekly <days>', 'again on these days of the week, 0 (Sunday) to 6'],
  ['--monthly <days>', 'again on these days of the month, 1 to 31'],
  ['--yearly <days>', 'again on these days of the year, 0 to 365'],
  ['--hourly <hours>', 'again each so many hours'],
  ['--end <end>', 'a date, or after how many times, to stop repeating'],
] as const;

/** Their numbers are the values of REPEAT. */
const PERIODS = ['weekly', 'monthly', 'yearly', 'hourly'] as const;

export interface Scheduled {
  action: string;
  args?: string;
}

/** Does something to each object of a list now, or writes down when to, as --schedule says. */
export async function nowOrScheduled(
  session: Session,
  noun: Noun,
  list: string,
  given: ScheduleOptions,
  what: Scheduled,
  act: (id: number) => Promise<unknown>,
): Promise<void> {
  if (given.schedule === undefined) {
    refuseLoose(given);
    await forEachId(session, noun, list, what.action, act);
    return;
  }
  await forEachId(session, noun, list, undefined, (id) => schedule(session, noun, id, given, what));
}

/** Adds a scheduled action to one object and says so. */
export async function schedule(
  { client, io }: Session,
  noun: Noun,
  id: number,
  given: ScheduleOptions,
  what: Scheduled,
): Promise<void> {
  const isJob = noun === NOUN.backupJob;
  const { text, when } = schedAction(given, io.now(), isJob ? undefined : what);
  await client.call(methodOf(noun, 'schedadd'), id, text);
  io.write(`${noun.rname} ${id}: ${what.action} scheduled ${when}\n`);
}

/**
 * The text that one.*.schedadd takes, and when that is in words. A backup job says nothing of an action and counts from no start.
 * Throws Failure for a time or period that makes no sense.
 */
export function schedAction(
  given: ScheduleOptions,
  nowMs: number,
  what: Scheduled | undefined,
): { text: string; when: string } {
  const { time, when } = timeOf(given.schedule ?? '', nowMs, what === undefined);
  const args = what?.args === undefined ? '' : `ARGS    = "${what.args}",`;
  const action = what ? `ACTION  = ${what.action}, ${args}` : '';
  return { text: `SCHED_ACTION = [${action}TIME    = ${time}${periodText(given, nowMs)}]`, when };
}

function timeOf(given: string, nowMs: number, isJob: boolean): { time: string; when: string } {
  if (/^\+\d+$/.test(given)) {
    if (isJob) throw new Failure(`--schedule ${given} counts from the start of a VM; a backup job needs a time.`);
    return { time: given, when: `after ${given}s from start` };
  }
  const epoch = given === 'now' ? Math.trunc(nowMs / 1000) : epochOf(given, nowMs);
  if (epoch === undefined) throw new Failure(`Error parsing time spec: ${given}`);
  return { time: String(epoch), when: `at ${zonedTime(epoch)}` };
}

function periodText(given: ScheduleOptions, nowMs: number): string {
  const [period, other] = PERIODS.filter((name) => given[name] !== undefined);
  if (period === undefined) {
    if (given.end !== undefined) throw new Failure(`--end ${given.end} needs one of --${PERIODS.join(', --')}.`);
    return '';
  }
  if (other) throw new Failure(`--${period} and --${other} exclude each other.`);
  const days = given[period] ?? '';
  const valid = period === 'hourly' ? /^[1-9]\d*$/ : /^\d+(,\d+)*$/;
  if (!valid.test(days))
    throw new Failure(`--${period} ${days} is no ${period === 'hourly' ? 'number of hours above 0' : 'list of days'}.`);
  return `, REPEAT = ${PERIODS.indexOf(period)}, DAYS = "${days}", ${endText(given.end, nowMs)}`;
}

/** A plain number counts; OpenNebula takes some numbers for days of this month or year. */
function endText(end: string | undefined, nowMs: number): string {
  if (end === undefined) return 'END_TYPE = 0';
  if (/^\d+$/.test(end) && Number(end) > 0) return `END_TYPE = 1, END_VALUE = ${Number(end)}`;
  const epoch = epochOf(end, nowMs);
  if (epoch === undefined) throw new Failure(`--end ${end} is neither a date nor a number above 0.`);
  return `END_TYPE = 2, END_VALUE = ${new Date(epoch * 1000).setHours(0, 0, 0, 0) / 1000}`;
}

/** Refuses periods that belong to no schedule. */
export function refuseLoose(given: ScheduleOptions): void {
  const loose = [...PERIODS, 'end' as const].find((name) => given[name] !== undefined);
  if (loose) throw new Failure(`--${loose} needs --schedule, the time to begin at.`);
}

/** Adds `sched-delete` and `sched-update`. `infoParams` is what the noun's info call takes after the id. */
export function addScheduleCommands(family: Family, noun: Noun, infoParams: readonly Value[]): void {
  const target = `<${wordOf(noun)}> <sched_id>`;
  const remove = {
    usage: `sched-delete ${target}`,
    description: 'Remove a scheduled action',
    aliases: ['delete-chart'],
  };
  family.add(remove, async (session, args) => {
    const id = await idOf(session.client, noun, argument(args, 0));
    await session.client.call(methodOf(noun, 'scheddelete'), id, schedId(argument(args, 1)));
    done(session, noun, id, 'scheduled action removed');
  });
  const update = {
    usage: `sched-update ${target} [file]`,
    description: 'Change a scheduled action: lines such as TIME="..."',
    aliases: ['update-chart'],
  };
  family.add(update, async (session, args) => {
    const id = await idOf(session.client, noun, argument(args, 0));
    const sched = schedId(argument(args, 1));
    const object = await session.client.document(methodOf(noun, 'info'), id, ...infoParams);
    const present = object.children('TEMPLATE/SCHED_ACTION').find((action) => action.textOf('ID') === String(sched));
    if (!present) throw new Failure(`Sched action ${sched} not found`);
    const lines = present.elements
      .filter(({ name }) => !KEPT_BY_SERVER.has(name))
      .map(({ name, text }) => `${name}="${text}"\n`);
    const text = await changedTemplate(session.io, args[2], 3, async () => lines.join(''));
    await session.client.call(methodOf(noun, 'schedupdate'), id, sched, updateText(text));
    done(session, noun, id, 'scheduled action changed');
  });
}

const KEPT_BY_SERVER = new Set(['ID', 'PARENT_ID', 'TYPE', 'DONE', 'MESSAGE', 'WARNING']);

/** Lines become one vector; a vector stays as it is. */
function updateText(given: string): string {
  if (/^\s*(?:SCHED_ACTION\s*=|<)/.test(given)) return given;
  const lines = given.split('\n').map((line) => line.trim().replace(/,$/, ''));
  return `\nSCHED_ACTION = [${lines.filter((line) => line !== '').join(',')}]`;
}

function schedId(given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new Failure(`"${given}" is not a valid ID of a scheduled action.`);
}
