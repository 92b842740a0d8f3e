import { expect, it } from 'vitest';
import { AuditChain, auditHash, CHECKPOINT, FIRST, NO_RECORDS, type AuditHead, type KeptRecord } from './audit.ts';

function chained(events: object[], from: { seq: number; hash: string } = { seq: 0, hash: FIRST }): KeptRecord[] {
  let { seq, hash: previous } = from;
  return events.map((each) => {
    const event = JSON.stringify(each);
    const hash = auditHash(++seq, previous, event);
    const record = { seq, event, previous, hash };
    previous = hash;
    return record;
  });
}

const records = chained([1, 2, 3, 4].map((at) => ({ at, method: 'one.vm.delete', on: {}, by: '' })));
const last = records.at(-1);
const head: AuditHead = { ...NO_RECORDS, seq: 4, hash: last?.hash ?? '' };

function look(kept: readonly KeptRecord[], at = head): string | undefined {
  const chain = new AuditChain(at);
  for (const record of kept) chain.add(record);
  return chain.end();
}

it('finds nothing in what was not touched', () => expect(look(records)).toBeUndefined());

it('finds a change', () => {
  const changed = records.map((record) => (record.seq === 2 ? { ...record, event: '{}' } : record));
  expect(look(changed)).toBe('record 2 was changed');
});

it('finds a change whose hash was made anew', () => {
  const changed = records.map((record) =>
    record.seq === 2 ? { ...record, event: '{}', hash: auditHash(2, record.previous, '{}') } : record,
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
  const [said] = chained([{ method: CHECKPOINT, on: { id: 2 }, by: second.hash }], { seq: 4, hash: last?.hash ?? '' });
  if (!said) throw new Error('It was made.');
  expect(look([...records.slice(2), said], { ...head, seq: 5, hash: said.hash, ...dropped })).toBeUndefined();
});
