// `oneuser show`: section by section as OpenNebula prints a user. Of a password nothing is shown, of a token only how it begins.
import type { XmlElement } from '../wire/xml-read.ts';
import { quotaLines } from './quota-show.ts';
import { idsIn, labels, page, templateLines, title } from './show.ts';
import { table, type Column } from './table.ts';
import { number, yesNo } from './units.ts';

const line = labels(16);

/** `groups` has names of groups by id, as far as the tokens need them. */
export function userText(user: XmlElement, nowSec: number, groups: ReadonlyMap<string, string>): string {
  return page([
    ...information(user),
    ...tokens(user, nowSec, groups),
    '',
    title('USER TEMPLATE'),
    ...templateLines(user.child('TEMPLATE')),
    ...quotaLines(user, user.child('DEFAULT_USER_QUOTAS')),
  ]);
}

function information(user: XmlElement): string[] {
  const secondary = idsIn(user, 'GROUPS').filter((id) => id !== user.textOf('GID'));
  return [
    title(`USER ${user.textOf('ID')} INFORMATION`),
    line('ID', user.textOf('ID')),
    line('NAME', user.textOf('NAME')),
    line('GROUP', user.textOf('GNAME')),
    ...(secondary.length === 0 ? [] : [line('SECONDARY GROUPS', secondary.join(','))]),
    line('PASSWORD', '-'),
    line('AUTH_DRIVER', user.textOf('AUTH_DRIVER')),
    line('ENABLED', yesNo(user.textOf('ENABLED'))),
  ];
}

/** How much of a token is shown, and enough to name it to token-delete. */
const SHOWN = 7;

/** Ids of the groups that tokens are limited to, the primary one aside. */
export function tokenGroups(user: XmlElement): string[] {
  const ids = user.children('LOGIN_TOKEN/EGID').map(({ text }) => text);
  return [...new Set(ids)].filter((id) => id !== ALL_GROUPS && id !== user.textOf('GID'));
}

const ALL_GROUPS = '-1';

function tokens(user: XmlElement, nowSec: number, groups: ReadonlyMap<string, string>): string[] {
  const rows = user.children('LOGIN_TOKEN');
  if (rows.length === 0) return [];
  const columns = tokenColumns(user, nowSec, groups);
  // real OpenNebula has no such tokens
  if (rows.some((token) => token.textOf('SCOPE') !== '')) columns.push(SCOPE);
  return ['', title('TOKENS'), table(columns, rows).trimEnd()];
}

const SCOPE: Column<XmlElement> = {
  name: 'SCOPE',
  width: 19,
  left: true,
  cell: (token) => token.textOf('SCOPE') || '-',
};

/** A token for all groups works in the primary one at first: that one is told, with a star. */
function tokenColumns(
  user: XmlElement,
  nowSec: number,
  groups: ReadonlyMap<string, string>,
): Array<Column<XmlElement>> {
  const primary = user.textOf('GID');
  const forAll = (token: XmlElement): boolean => token.textOf('EGID') === ALL_GROUPS;
  const groupOf = (token: XmlElement): string => (forAll(token) ? primary : token.textOf('EGID'));
  return [
    { name: 'ID', width: SHOWN, cell: (token) => token.textOf('TOKEN').slice(0, SHOWN) || '-' },
    { name: 'EGID', width: 5, left: true, cell: (token) => `${forAll(token) ? '*' : ''}${groupOf(token)}` },
    {
      name: 'EGROUP',
      width: 10,
      left: true,
      cell: (token) => (groupOf(token) === primary ? user.textOf('GNAME') : (groups.get(groupOf(token)) ?? '-')),
    },
    {
      name: 'EXPIRATION',
      width: 20,
      left: true,
      cell: (token) => expiry(number(token.textOf('EXPIRATION_TIME')), nowSec),
    },
  ];
}

function expiry(expiresSec: number, nowSec: number): string {
  if (expiresSec === -1) return 'forever';
  if (expiresSec <= nowSec) return 'expired';
  return localTime(expiresSec);
}

/** `2022-12-01 13:28:44`; a token may live for years, so the year is told. */
function localTime(epochSec: number): string {
  const date = new Date(epochSec * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(two).join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
