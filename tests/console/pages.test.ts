// Every page, by light and in the dark, wide and on a telephone: it is there, complains of nothing, asks no other host, has no barrier that
// axe-core calls serious, and is not wider than the window. Each is opened once and then turned.
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSqlite } from '../../src/store/sqlite.ts';
import { addresses } from './addresses.ts';
import { openBrowser, Visitor, type Look } from './browser.ts';
import { openShop, type RunningShop } from './shop.ts';

let shop: RunningShop;
let browser: Browser;
let paths: string[];
beforeAll(async () => {
  shop = await openShop(120);
  const store = await openSqlite(join(shop.directory, 'one.db'));
  paths = await addresses(store);
  await store.close();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await shop.close();
});

const LIGHT: Look = { width: 1400, height: 900, scheme: 'light' };
const LOOKS: Array<[string, Look]> = [
  ['wide, light', LIGHT],
  ['wide, dark', { ...LIGHT, scheme: 'dark' }],
  ['on a telephone', { width: 390, height: 844, scheme: 'light' }],
];

/** What is wrong with the page as it is shown now. */
async function wrongNow(visitor: Visitor, { scheme }: Look): Promise<string[]> {
  const wrong = visitor.complaints();
  // in the dark only the colours are other ones
  wrong.push(...(await visitor.barriers(scheme === 'dark' ? ['color-contrast'] : undefined)));
  const overhang = await visitor.overhang();
  if (overhang > 0) wrong.push(`is ${overhang} pixels wider than the window`);
  return wrong;
}

it('every page is as it should be, however it is looked at', { timeout: 900_000 }, async () => {
  const visitor = await Visitor.come(browser, shop.endpoint, LIGHT);
  await visitor.signIn(shop.session);
  visitor.complaints(); // before signing in the daemon refuses to tell of a session, which browsers report
  const wrong: string[] = [];
  for (const path of paths) {
    await visitor.turn(LIGHT);
    await visitor.open(path);
    const missing = await visitor.page.getByText('There is no such page.').count();
    if (missing > 0) wrong.push(`${path}: is missing`);
    for (const [name, look] of LOOKS) {
      await visitor.turn(look);
      wrong.push(...(await wrongNow(visitor, look)).map((each) => `${path}, ${name}: ${each}`));
    }
  }
  expect(wrong).toEqual([]);
  await visitor.leave();
});

it.each(LOOKS)('the menu of actions is as it should be on a page that is opened %s', async (_name, look) => {
  const visitor = await Visitor.come(browser, shop.endpoint, look);
  await visitor.signIn(shop.session);
  visitor.complaints();
  await visitor.open('/vms/0');
  expect(await wrongNow(visitor, look)).toEqual([]);
  await visitor.page.getByRole('button', { name: 'Actions' }).click();
  await visitor.page.getByRole('menuitem').first().waitFor();
  await visitor.settled();
  expect(await wrongNow(visitor, look)).toEqual([]);
  await visitor.leave();
});
