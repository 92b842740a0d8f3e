import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoreChange } from './changes.ts';
import { messagesOf, toldBy } from './postgres-feed.ts';

const MOST_BYTES = 7999;
const change: fc.Arbitrary<StoreChange> = fc.record({
  noun: fc.constantFrom('vm', 'image', 'datastore', 'backupjob'),
  id: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
});
const topic = fc.string({ unit: 'binary', maxLength: 200 }).filter((text) => text.length <= 200);

it('everything that is told arrives once, in messages that fit', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 2000 }), fc.array(topic, { maxLength: 40 }), (changes, topics) => {
      const messages = messagesOf('me', { changes, topics });
      for (const message of messages) expect(Buffer.byteLength(message)).toBeLessThanOrEqual(MOST_BYTES);
      const heard = messages.map((message) => toldBy(message, 'other') ?? { changes: [], topics: [] });
      const key = ({ noun, id }: StoreChange): string => `${noun} ${id}`;
      expect(heard.flatMap((told) => told.changes.map(key))).toEqual([...new Set(changes.map(key))]);
      expect(heard.flatMap((told) => told.topics)).toEqual(topics);
      expect(messages.map((message) => toldBy(message, 'me'))).toEqual(messages.map(() => undefined));
    }),
    { numRuns: 50 },
  );
});

it('a topic that would not fit is refused', () => {
  expect(() => messagesOf('me', { changes: [], topics: ['x'.repeat(201)] })).toThrow('has more than 200 characters');
});
