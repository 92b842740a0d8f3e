// Signing in and out, what changes while a page is open, and a daemon that goes away and comes back.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, Visitor } from './browser.ts';
import { openShop, type RunningShop } from './shop.ts';

let shop: RunningShop;
let browser: Browser;
beforeAll(async () => {
  shop = await openShop(30);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await shop.close();
});

async function call(method: string, params: object): Promise<unknown> {
  const reply = await fetch(`${shop.endpoint}/api/call/${method}`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(shop.session).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(params),
  });
  expect(reply.status).toBe(200);
  return ((await reply.json()) as { result: unknown }).result;
}

it('asks who one is, says when that is wrong, and comes back to where one was', async () => {
  const visitor = await Visitor.come(browser, shop.endpoint);
  const { page } = visitor;
  await visitor.open('/jobs');
  await page.getByLabel('User').fill('oneadmin');
  await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText("User couldn't be authenticated").waitFor();
  await page.getByRole('textbox', { name: 'Password' }).fill(shop.session.slice(shop.session.indexOf(':') + 1));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Backup jobs' }).waitFor();
  const cookies = await page.context().cookies();
  expect(cookies).toMatchObject([{ name: 'onevault_session', httpOnly: true, sameSite: 'Strict' }]);
  await visitor.leave();
});

it('shows what changes while it is open, and is right after the daemon was away', async () => {
  const visitor = await Visitor.come(browser, shop.endpoint);
  const { page } = visitor;
  await visitor.signIn(shop.session);
  await visitor.open('/vms');
  await call('one.vm.rename', { id: 3, name: 'renamed-while-open' });
  await page.getByText('renamed-while-open').waitFor();
  await shop.stop();
  await page.getByRole('status').or(page.getByRole('alert')).first().waitFor();
  await shop.restart();
  await call('one.vm.rename', { id: 3, name: 'renamed-after-restart' });
  await page.getByText('renamed-after-restart').waitFor();
  await visitor.leave();
});
