import { expect, it } from 'vitest';
import { AuditChain, auditHash, CHECKPOINT, columnsOf, FIRST, NO_RECORDS } from './audit.ts';
import type { Anchor, AuditEvent, AuditHead, KeptRecord } from './audit.ts';

function chained(events: object[], from: { seq: number; hash: string } = { seq: 0, hash: FIRST }): KeptRecord[] {
  let { seq, hash: previous } = from;
  return events.map((each) => {
    const event = JSON.stringify(each);
    const hash = auditHash(++seq, previous, event);
    const record = { seq, ...columnsOf(each as AuditEvent), event, previous, hash };
    previous = hash;
    return record;
  });
}

const records = chained(
  [1, 2, 3, 4].map((at) => ({ at, uid: 2, method: 'one.vm.delete', on: {}, by: '', object: 'vm:1' })),
);
const last = records.at(-1);
const head: AuditHead = { ...NO_RECORDS, seq: 4, hash: last?.hash ?? '' };

function look(kept: readonly KeptRecord[], at = head, anchors: Anchor[] = []): string | undefined {
  const chain = new AuditChain(at, anchors);
  for (const record of kept) chain.add(record);
  return chain.end();
}

it('finds nothing in what was not touched', () => expect(look(records)).toBeUndefined());

it('finds a change', () => {
  const changed = records.map((record) => (record.seq === 2 ? { ...record, event: '{}' } : record));
  expect(look(changed)).toBe('record 2 was changed');
});

/** The same with another last bit of its last character or digit. */
function otherBit(value: string | number): string | number {
  if (typeof value === 'number') return value ^ 1;
  return value.slice(0, -1) + String.fromCharCode(value.charCodeAt(value.length - 1) ^ 1);
}

it.each(['seq', 'at', 'uid', 'method', 'object', 'ends', 'event', 'previous', 'hash'] as const)(
  'finds a bit of %s that is another one, and names the record',
  (column) => {
    const changed = records.map((record) =>
      record.seq === 2 ? { ...record, [column]: otherBit(record[column]) } : record,
    );
    expect(look(changed)).toMatch(/^record 2 (was changed|does not follow|is missing)/);
  },
);

it.each(['seq', 'hash', 'droppedSeq', 'droppedHash'] as const)('finds a bit of %s of the head', (column) =>
  expect(look(records, { ...head, [column]: otherBit(head[column]) })).toMatch(/record \d/),
);

it('finds a record that holds no event, though its hash is right', () => {
  const event = 'null';
  const record = { ...columnsOf({} as AuditEvent), seq: 1, event, previous: FIRST, hash: auditHash(1, FIRST, event) };
  expect(look([record], { ...NO_RECORDS, seq: 1, hash: record.hash })).toBe('record 1 holds no event');
});

it('finds two that were exchanged with their numbers', () => {
  const exchanged = records.map((record) => {
    const from = { 2: records[2], 3: records[1] }[record.seq] ?? record;
    return { ...from, seq: record.seq };
  });
  expect(look(exchanged)).toBe('record 2 does not follow the record before it');
});

it('finds a log that was cut off with its head, or made anew, when a record of it was kept elsewhere', () => {
  const [, second, , fourth] = records.map(({ seq, hash }) => ({ seq, hash }));
  if (!second || !fourth) throw new Error('There are four.');
  expect(look(records, head, [second, fourth])).toBeUndefined();
  expect(look(records.slice(0, 2), { ...NO_RECORDS, ...second }, [fourth])).toBe(
    'the log ends with record 2, and record 4 was kept elsewhere',
  );
  expect(look([], NO_RECORDS, [fourth])).toBe('the log ends with record 0, and record 4 was kept elsewhere');
  const anew = chained([{ at: 1, uid: 2, method: 'one.vm.info', on: {} }]);
  const [only = { seq: 1, hash: '' }] = anew;
  expect(look(anew, { ...NO_RECORDS, seq: 1, hash: only.hash }, [{ seq: 1, hash: second.hash }])).toBe(
    'record 1 is not the one that was kept elsewhere',
  );
});

it('finds a change whose hash was made anew', () => {
  const other = JSON.stringify({ at: 2, uid: 3, method: 'one.vm.delete', on: {}, by: '', object: 'vm:1' });
  const changed = records.map((record) =>
    record.seq === 2 ? { ...record, uid: 3, event: other, hash: auditHash(2, record.previous, other) } : record,
  );
  expect(look(changed)).toContain('record 3 does not follow');
});

it('finds what was removed, wherever', () => {
  expect(look(records.filter(({ seq }) => seq !== 2))).toBe('record 2 is missing: 3 comes next');
  expect(look(records.slice(1))).toBe('record 1 is missing: 2 comes next');
  expect(look(records.slice(0, 3))).toBe('the log ends with record 3, and had 4');
  expect(look([])).toBe('the log ends with record 0, and had 4');
});

it('finds another order', () => {
  const numbered = [0, 2, 1, 3].flatMap((from, index) => {
    const record = records[from];
    return record ? [{ ...record, seq: index + 1 }] : [];
  });
  expect(look(numbered)).toBe('record 2 does not follow the record before it');
});

it('believes that old records were dropped only when a record says so', () => {
  const second = records[1];
  if (!second) throw new Error('There are four.');
  const dropped = { droppedSeq: 2, droppedHash: second.hash };
  expect(look(records.slice(2), { ...head, ...dropped })).toBe('no record says that those up to 2 were dropped');
  const [said] = chained([{ at: 5, uid: -1, method: CHECKPOINT, on: { id: 2 }, by: second.hash }], {
    seq: 4,
    hash: last?.hash ?? '',
  });
  if (!said) throw new Error('It was made.');
  expect(look([...records.slice(2), said], { ...head, seq: 5, hash: said.hash, ...dropped })).toBeUndefined();
});
