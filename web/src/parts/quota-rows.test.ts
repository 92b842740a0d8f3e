import { expect, it } from 'vitest';
import { templateText } from '../api/template-text.ts';
import { isLimit, limitTexts, quotaRows, quotaTemplate, type QuotaDefaults, type QuotaHolder } from './quota-rows.ts';

const NONE: QuotaDefaults = {
  VM_QUOTA: {},
  DATASTORE_QUOTA: { DATASTORE: [] },
  NETWORK_QUOTA: { NETWORK: [] },
  IMAGE_QUOTA: { IMAGE: [] },
};
const store = (numbers: { IMAGES: number; IMAGES_USED: number; SIZE: number; SIZE_USED: number }): QuotaHolder => ({
  VM_QUOTA: {},
  DATASTORE_QUOTA: { DATASTORE: [{ ID: 100, ...numbers }] },
  NETWORK_QUOTA: { NETWORK: [] },
  IMAGE_QUOTA: { IMAGE: [] },
});
const DEFAULTS: QuotaDefaults = {
  ...NONE,
  DATASTORE_QUOTA: { DATASTORE: [{ ID: 100, IMAGES: 7, SIZE: -2 }] },
};

it('has the own limit, or the default, or none', () => {
  const rows = quotaRows(store({ IMAGES: -1, IMAGES_USED: 3, SIZE: 500, SIZE_USED: 0 }), DEFAULTS);
  expect(rows).toEqual([
    { kind: 'DATASTORE', id: 100, metric: 'IMAGES', used: 3, own: -1, limit: 7 },
    { kind: 'DATASTORE', id: 100, metric: 'SIZE', used: 0, own: 500, limit: 500 },
  ]);
  expect(quotaRows(store({ IMAGES: -2, IMAGES_USED: 0, SIZE: -1, SIZE_USED: 9 }), DEFAULTS)).toMatchObject([
    { metric: 'IMAGES', limit: -2 },
    { metric: 'SIZE', used: 9, limit: -2 },
  ]);
});

it('tells limits of things that nobody has anything of yet, and nothing of what is neither limited nor used', () => {
  const nothing = store({ IMAGES: -1, IMAGES_USED: 0, SIZE: -1, SIZE_USED: 0 });
  expect(quotaRows(nothing, NONE)).toEqual([]);
  expect(quotaRows({ ...nothing, DATASTORE_QUOTA: { DATASTORE: [] } }, DEFAULTS)).toMatchObject([
    { limit: 7, used: 0 },
  ]);
});

it('goes to a form and back', () => {
  const quotas = store({ IMAGES: 5, IMAGES_USED: 0, SIZE: -1, SIZE_USED: 0 });
  const limits = limitTexts(quotas, 'DATASTORE', 100);
  expect(limits).toEqual({ IMAGES: '5', SIZE: '' });
  expect(templateText(quotaTemplate('DATASTORE', 100, limits))).toBe('DATASTORE=[ID="100", IMAGES="5"]');
  expect(templateText(quotaTemplate('VM', -1, { CPU: '2.5' }))).toBe('VM=[CPU="2.5"]');
});

it('has no text for a default without a limit', () => {
  expect(limitTexts(DEFAULTS, 'DATASTORE', 100, true)).toEqual({ IMAGES: '7', SIZE: '' });
  expect(limitTexts(DEFAULTS, 'DATASTORE', 100)).toEqual({ IMAGES: '7', SIZE: '-2' });
});

it('takes numbers, no limit and nothing', () => {
  for (const text of ['', '0', '2.5', '-2', ' 7 ']) expect(isLimit(text)).toBe(true);
  for (const text of ['-1', 'x', '1.234', '1e3']) expect(isLimit(text)).toBe(false);
});
