import { expect, it } from 'vitest';
import { found, type Found } from './finding.ts';

const candidates: Found[] = [
  { key: 'a', label: 'subweb', kind: 'VM', to: '/vms/1' },
  { key: 'b', label: 'old-web', kind: 'VM', to: '/vms/2' },
  { key: 'c', label: 'web-10', kind: 'VM', to: '/vms/3', words: '17' },
  { key: 'd', label: 'web', kind: 'VM', to: '/vms/4' },
  { key: 'e', label: 'Runs', kind: 'Page', to: '/runs' },
];
const keys = (text: string): string =>
  found(candidates, text)
    .map(({ key }) => key)
    .join('');

it('puts first what is called so, then what begins so, then what has such a word', () => {
  expect(keys('web')).toBe('dcba');
});

it('needs every word, in the name, the kind or what else is known of it', () => {
  expect(keys('vm WEB-1')).toBe('c');
  expect(keys('17')).toBe('c');
  expect(keys('page')).toBe('e');
  expect(keys('nothing')).toBe('');
});

it('shows all, up to a limit, when nothing is sought', () => {
  expect(keys(' ')).toBe('abcde');
});
