// A message about one or several runs that have ended, as plain text for people. Pure.
import type { OperationKind } from '../model/operation.ts';
import type { Named, Notice } from './notice.ts';

export interface MailText {
  subject: string;
  text: string;
}

const WHAT: Record<OperationKind, [verb: string, of: 'vm' | 'image' | 'datastore']> = {
  backup: ['Backup', 'vm'],
  restore: ['Restore', 'image'],
  flatten: ['Merge of layers', 'image'],
  verify: ['Verification', 'image'],
  drill: ['Drill', 'image'],
  prune: ['Prune', 'datastore'],
  check: ['Check', 'datastore'],
  rescan: ['Rescan', 'datastore'],
  copy: ['Copy', 'image'],
  self: ['Copy of the database', 'datastore'],
};
const NOUNS = { vm: 'VM', image: 'image', datastore: 'datastore' };

/** `machine` is the host name of the daemon's machine, so that the mails of several can be told apart. */
export function mailText(notices: readonly Notice[], machine: string): MailText {
  const [first] = notices;
  const subject = notices.length === 1 && first ? headline(first) : counted(notices);
  const test = notices.some(({ test }) => test) ? ' (test)' : '';
  const foot = `--\nOneVault on ${machine}`;
  return {
    subject: `[OneVault ${machine}] ${subject}${test}`,
    text: `${[...notices.map(paragraph), foot].join('\n\n')}\n`,
  };
}

/** `Backup of VM 3 (web) failed` */
export function headline(notice: Notice): string {
  const [verb, of] = WHAT[notice.kind];
  const what = notice[of] ? ` of ${NOUNS[of]} ${shown(notice[of])}` : '';
  return `${verb}${what} ${ended(notice)}`;
}

function ended({ result }: Notice): string {
  return result === 'failed' ? 'failed' : result === 'cancelled' ? 'was cancelled' : 'is done';
}

function counted(notices: readonly Notice[]): string {
  const of = (result: Notice['result']): number => notices.filter((notice) => notice.result === result).length;
  const parts = (['failed', 'cancelled', 'done'] as const).flatMap((result) =>
    of(result) === 0 ? [] : [`${of(result)} ${result}`],
  );
  return `${notices.length} runs ended: ${parts.join(', ')}`;
}

function paragraph(notice: Notice): string {
  const { reason, type, vm, datastore, image, increment, start, end, durationSec, bytes, id } = notice;
  const lines: Array<[string, string | null]> = [
    ['Reason', reason === '' ? null : reason],
    ['Type', type],
    ['VM', vm && shown(vm)],
    ['Datastore', datastore && shown(datastore)],
    ['Image', image && shown(image) + (increment === null ? '' : `, increment ${increment}`)],
    ['Time', `${moment(start)} to ${moment(end)} (${durationSec} s)`],
    ['Stored', bytes && `${mib(bytes.stored)} of ${mib(bytes.processed)}`],
    ['Run', id],
  ];
  const told = lines.flatMap(([name, value]) => (value === null ? [] : [`  ${`${name}:`.padEnd(11)}${value}`]));
  return [headline(notice), ...told].join('\n');
}

function shown({ id, name }: Named): string {
  return name === '' ? `${id}` : `${id} (${name})`;
}

function moment(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
