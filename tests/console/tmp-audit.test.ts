import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, Visitor } from './browser.ts';
import { openShop, type RunningShop } from './shop.ts';
let shop: RunningShop;
let browser: Browser;
beforeAll(async () => { shop = await openShop(10); browser = await openBrowser(); });
afterAll(async () => { await browser.close(); await shop.close(); });
it('audit', { timeout: 200_000 }, async () => {
  const visitor = await Visitor.come(browser, shop.endpoint, { width: 1400, height: 900, scheme: 'light' });
  await visitor.signIn(shop.session);
  visitor.complaints();
  await visitor.open('/audit');
  const wrong: unknown[] = [];
  for (const look of [{ width: 1400, height: 900, scheme: 'light' }, { width: 1400, height: 900, scheme: 'dark' }, { width: 390, height: 844, scheme: 'light' }] as const) {
    await visitor.turn(look);
    wrong.push(visitor.complaints(), await visitor.barriers(), await visitor.overhang());
    await visitor.page.screenshot({ path: `/tmp/audit2-${look.width}-${look.scheme}.png` });
  }
  await visitor.turn({ width: 1400, height: 900, scheme: 'light' });
  await visitor.page.getByRole('button', { name: 'Verify' }).click();
  await visitor.page.getByText(/The log is whole/).waitFor();
  await visitor.settled();
  wrong.push(visitor.complaints(), await visitor.barriers());
  await visitor.page.getByLabel('Object').fill('vm:4711');
  await visitor.page.getByText('There are no such records.').waitFor();
  wrong.push(visitor.complaints(), await visitor.barriers());
  await visitor.page.screenshot({ path: `/tmp/audit2-empty.png` });
  console.log(JSON.stringify(wrong));
  await visitor.leave();
  expect(wrong.flat().filter((x) => x !== 0)).toEqual([]);
});
