// What is kept beside the objects and can be made from them: columns to find rows by, links, charges, when they are due, and the ids
// given out. Pure.
import { POOLS } from '../store/schema.ts';
import type { Link } from '../store/nouns.ts';
import { finding, type Finding } from './finding.ts';
import type { Records } from './records.ts';

export function checkDerived(records: Records): Finding[] {
  return [
    ...checkColumns(records),
    ...checkLinks(records),
    ...checkCharges(records),
    ...checkDue(records),
    ...checkIds(records),
  ];
}

function checkColumns({ entries }: Records): Finding[] {
  return entries.flatMap(({ what, columns, keys }) => {
    const wrong = (Object.keys(keys) as Array<keyof typeof keys>).filter((key) => columns[key] !== keys[key]);
    return wrong.map((key) =>
      finding('columns')(`The column ${key} of ${what} is ${columns[key]}, its record says ${keys[key]}.`),
    );
  });
}

function checkLinks({ entries, links }: Records): Finding[] {
  const say = finding('links');
  const kept = new Set(links.map(linkKey));
  const wanted = entries.flatMap(({ oid, links: of, what }) =>
    of.map((link) => ({ key: linkKey({ ...link, oid }), link, what })),
  );
  const known = new Set(wanted.map(({ key }) => key));
  const missing = wanted.filter(({ key }) => !kept.has(key));
  return [
    ...missing.map(({ what, link }) => say(`It is not noted that ${what} says ${shown(link)}.`)),
    ...links
      .filter((link) => !known.has(linkKey(link)))
      .map((link) =>
        say(`It is noted that ${link.oid} says ${shown(link)}, but there is no such object or it does not.`),
      ),
  ];
}

export function linkKey({ kind, oid, target }: { kind: string; oid: number; target: number }): string {
  return `${kind} ${oid} ${target}`;
}

function shown({ kind, target }: Pick<Link, 'target'> & { kind: string }): string {
  return `${kind} ${target}`;
}

/** A row of the table of charges as it should be, by what tells it from others. */
export function wantedCharges({ entries, running }: Records): Map<string, Records['charges'][number]> {
  const found = new Map<string, Records['charges'][number]>();
  const add = (
    pool: string,
    oid: string,
    owner: { uid: number; gid: number },
    of: Records['entries'][number]['charges'],
  ): void => {
    for (const { kind, id, metric, amount } of of) {
      const row = { pool, oid, uid: owner.uid, gid: owner.gid, kind, target: id, metric, amount };
      found.set(chargeKey(row), row);
    }
  };
  for (const { pool, oid, keys, charges } of entries) add(pool, String(oid), keys, charges);
  for (const { id, reserved } of running) if (reserved) add('operation', id, reserved, reserved.charges);
  return found;
}

export function chargeKey({ pool, oid, kind, target, metric }: Records['charges'][number]): string {
  return [pool, oid, kind, target, metric].join(' ');
}

function checkCharges(records: Records): Finding[] {
  const say = finding('charges');
  const wanted = wantedCharges(records);
  const found: Finding[] = [];
  for (const row of records.charges) {
    const key = chargeKey(row);
    const right = wanted.get(key);
    wanted.delete(key);
    if (!right) found.push(say(`${row.amount} are counted for ${key}, which nothing takes.`));
    else if (row.amount !== right.amount || row.uid !== right.uid || row.gid !== right.gid) {
      const of = ({ amount, uid, gid }: typeof row): string => `${amount} of user ${uid} and group ${gid}`;
      found.push(say(`${of(row)} are counted for ${key}; it is ${of(right)}.`));
    }
  }
  for (const [key, { amount }] of wanted) found.push(say(`${amount} are not counted for ${key}.`));
  return found;
}

/** The table of what is due as it should be. */
export function wantedDue({ entries }: Records): Records['due'] {
  return entries.flatMap(({ pool, oid, due }) => (due === undefined ? [] : [{ pool, oid, at: due }]));
}

function checkDue(records: Records): Finding[] {
  const say = finding('due');
  const keyOf = ({ pool, oid }: Records['due'][number]): string => `${pool} ${oid}`;
  const wanted = new Map(wantedDue(records).map((row) => [keyOf(row), row.at]));
  const kept = new Map(records.due.map((row) => [keyOf(row), row.at]));
  return [...new Set([...wanted.keys(), ...kept.keys()])].flatMap((key) => {
    const [right, is] = [wanted.get(key), kept.get(key)];
    const told = (at: number | undefined): string => (at === undefined ? 'never' : `at ${at}`);
    return right === is ? [] : [say(`${key} is noted as due ${told(is)}; its record says ${told(right)}.`)];
  });
}

function checkIds({ entries, lastIds }: Records): Finding[] {
  const highest = highestIds(entries);
  return [...highest].flatMap(([pool, id]) => {
    const next = (lastIds.get(pool) ?? POOLS[pool].firstId - 1) + 1;
    return id < next ? [] : [finding('ids')(`The next id of ${pool} would be ${next}, but there is one with ${id}.`)];
  });
}

export function highestIds(entries: Records['entries']): Map<keyof typeof POOLS, number> {
  const highest = new Map<keyof typeof POOLS, number>();
  for (const { pool, oid } of entries) highest.set(pool, Math.max(oid, highest.get(pool) ?? -1));
  return highest;
}
