// The alerts of the guide are about figures that the daemon has, with labels and values that they have.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationKind } from '../../src/model/operation.ts';
import { FakeCloud } from './fake-cloud.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guide');
const KINDS: Record<OperationKind, true> = {
  ...{ backup: true, restore: true, flatten: true, verify: true, drill: true, prune: true, check: true },
  ...{ rescan: true, copy: true, self: true },
};
const RESULTS = ['done', 'failed', 'cancelled'];
const LABELS: Record<string, readonly string[]> = { kind: Object.keys(KINDS), result: RESULTS };
/** Of Prometheus itself. */
const OTHERS = new Set(['up']);

/** Names of figures, with the forms in which Prometheus has a histogram. */
let offered: Set<string>;
let cloud: FakeCloud;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  const authorization = `Basic ${Buffer.from(cloud.session).toString('base64')}`;
  const reply = await fetch(new URL('/metrics', cloud.endpoint), { headers: { authorization } });
  const types = [...(await reply.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  offered = new Set(
    types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    ),
  );
});
afterAll(() => cloud.close());

function rulesIn(page: string): Array<{ alert: string; expr: string }> {
  const text = readFileSync(join(GUIDE, page), 'utf8');
  return text
    .split(/^ *- alert: /m)
    .slice(1)
    .map((rule) => {
      const [, expr = ''] = /^ *expr: (?:\|\n)?(.+)$/m.exec(rule) ?? [];
      return { alert: rule.split('\n')[0] ?? '', expr };
    });
}

describe.each(['operations.md', 'watching.md'])('the alerts of %s', (page) => {
  const rules = rulesIn(page);

  it('are about figures that there are', () => {
    expect(rules.length).toBeGreaterThan(1);
    for (const { alert, expr } of rules) {
      const named = [...expr.matchAll(/\b(up|onevault_\w+)/g)].map(([name]) => name);
      expect(named, alert).not.toEqual([]);
      expect(
        named.filter((name) => !offered.has(name) && !OTHERS.has(name)),
        alert,
      ).toEqual([]);
    }
  });

  it('choose what there is', () => {
    for (const { alert, expr } of rules) {
      for (const [, label = '', , values = ''] of expr.matchAll(/(\w+)(=~?)"([^"]*)"/g)) {
        if (label === 'job') continue;
        expect(Object.keys(LABELS), alert).toContain(label);
        expect(
          values.split('|').filter((value) => !LABELS[label]?.includes(value)),
          alert,
        ).toEqual([]);
      }
    }
  });
});
