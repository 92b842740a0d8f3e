// Every page, by light and in the dark, wide and on a telephone: it is there, complains of nothing, asks no other host, has no barrier that
// axe-core calls serious, and is not wider than the window.
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const LOOKS: Array<[string, Look]> = [
  ['wide, light', { width: 1400, height: 900, scheme: 'light' }],
  ['wide, dark', { width: 1400, height: 900, scheme: 'dark' }],
  ['on a telephone', { width: 390, height: 844, scheme: 'light' }],
];

describe.each(LOOKS)('%s', (_name, look) => {
  it('every page is as it should be', async () => {
    const visitor = await Visitor.come(browser, shop.endpoint, look);
    await visitor.signIn(shop.session);
    visitor.complaints(); // before signing in the daemon refuses to tell of a session, which browsers report
    const wrong: string[] = [];
    for (const path of paths) {
      await visitor.open(path);
      const missing = await visitor.page.getByText('There is no such page.').count();
      if (missing > 0) wrong.push(`${path}: is missing`);
      wrong.push(...visitor.complaints().map((complaint) => `${path}: ${complaint}`));
      wrong.push(...(await visitor.barriers()).map((barrier) => `${path}: ${barrier}`));
      const overhang = await visitor.overhang();
      if (overhang > 0) wrong.push(`${path}: is ${overhang} pixels wider than the window`);
    }
    await visitor.open('/vms/0');
    await visitor.page.getByRole('button', { name: 'Actions' }).click();
    await visitor.page.getByRole('menuitem').first().waitFor();
    wrong.push(...(await visitor.barriers()).map((barrier) => `the menu of actions: ${barrier}`));
    expect(wrong).toEqual([]);
    await visitor.leave();
  });
});
