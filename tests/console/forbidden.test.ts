// A user without rights: what may not be done is not on any page, and the daemon refuses it all the same.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, Visitor } from './browser.ts';
import { openShop, type RunningShop } from './shop.ts';

const SESSION = 'guest:a password of the test';
let shop: RunningShop;
let browser: Browser;
beforeAll(async () => {
  shop = await openShop(30);
  await call(shop.session, 'one.user.allocate', { name: 'guest', password: SESSION.slice('guest:'.length) });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await shop.close();
});

async function call(session: string, method: string, params: object): Promise<{ status: number; body: unknown }> {
  const reply = await fetch(`${shop.endpoint}/api/call/${method}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(session).toString('base64')}`, 'content-type': 'application/json' },
    body: JSON.stringify(params),
  });
  return { status: reply.status, body: await reply.json() };
}

const LISTS = ['/vms', '/backups', '/images', '/networks', '/datastores', '/hosts', '/templates', '/jobs'];

it('sees nothing that belongs to others, and is offered nothing', async () => {
  const visitor = await Visitor.come(browser, shop.endpoint);
  const { page } = visitor;
  await visitor.signIn(SESSION);
  const navigation = page.getByRole('navigation').first();
  expect(await navigation.getByRole('link', { name: 'Virtual machines' }).count()).toBe(1);
  expect(await navigation.getByRole('link', { name: 'Access rules' }).count()).toBe(0);
  expect(await navigation.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
  for (const path of LISTS) {
    await visitor.open(path);
    expect([
      path,
      await page
        .getByRole('row')
        .filter({ hasText: /shop|web-|db-|vault|node0|nightly|debian|warehouse/ })
        .count(),
    ]).toEqual([path, 0]);
  }
  for (const path of ['/datastores', '/hosts', '/networks', '/users', '/groups']) {
    await visitor.open(path);
    expect([
      path,
      await page
        .getByRole('main')
        .getByRole('button', { name: /^(New|Add)/ })
        .count(),
    ]).toEqual([path, 0]);
  }
  await visitor.leave();
});

it('is told that objects of others may not be seen, whether they are there or not', async () => {
  const visitor = await Visitor.come(browser, shop.endpoint);
  const { page } = visitor;
  await visitor.signIn(SESSION);
  for (const path of [
    '/vms/3',
    '/vms/99999',
    '/backups/0',
    '/images/30',
    '/networks/0',
    '/hosts/0',
    '/datastores/100',
  ]) {
    await page.goto(`${shop.endpoint}${path}`);
    await page
      .getByText(/Not authorized to perform USE/)
      .first()
      .waitFor();
    expect([path, await page.getByRole('button', { name: /Actions/ }).count()]).toEqual([path, 0]);
  }
  await visitor.leave();
});

it('is refused by the daemon', async () => {
  const tries: Array<[string, object]> = [
    ['one.vm.backup', { id: 3 }],
    ['one.vm.backupcancel', { id: 3 }],
    ['one.vm.restore', { id: 3, imageId: 0 }],
    ['one.vm.action', { action: 'terminate-hard', id: 3 }],
    ['one.vm.updateconf', { id: 3, template: 'BACKUP_CONFIG=[KEEP_LAST="1"]' }],
    ['one.image.restore', { id: 0, datastoreId: 1 }],
    ['one.image.delete', { id: 0 }],
    ['one.image.persistent', { id: 30, enable: true }],
    ['one.image.clone', { id: 30, name: 'mine' }],
    ['one.image.allocate', { template: 'NAME="x"\nPATH="/etc/passwd"\nFORMAT="raw"', datastoreId: 1 }],
    ['one.vn.allocate', { template: 'NAME="x"\nBRIDGE="br0"' }],
    ['one.vn.hold', { id: 0, template: 'LEASES=[IP="192.168.0.12"]' }],
    ['one.vn.delete', { id: 0 }],
    ['one.vm.attach', { id: 3, template: 'DISK=[IMAGE_ID="30"]' }],
    ['one.vm.detachnic', { id: 3, nicId: 0 }],
    ['one.datastore.allocate', { template: 'NAME="x"\nTYPE="BACKUP_DS"\nDS_MAD="fake"' }],
    ['one.host.allocate', { name: 'x', imMad: 'fake', vmMad: 'fake' }],
    ['one.user.allocate', { name: 'x', password: 'y' }],
    ['one.acl.addrule', { user: '0', resource: '0', rights: '0' }],
    ['one.backupjob.backup', { id: 0 }],
  ];
  for (const [method, params] of tries) {
    const { status, body } = await call(SESSION, method, params);
    expect([method, status, body]).toEqual([
      method,
      403,
      { error: expect.objectContaining({ name: 'AUTHORIZATION' }) as unknown },
    ]);
  }
});
