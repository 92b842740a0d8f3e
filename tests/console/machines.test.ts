// Making a machine with the console alone: its image, its network, the machine itself, disks and NICs that come and go. On a fake host; what
// the pages show is held against what the daemon has.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, Visitor } from './browser.ts';
import { openDev } from './shop.ts';

let dev: Awaited<ReturnType<typeof openDev>>;
let browser: Browser;
let visitor: Visitor;
let page: Page;
beforeAll(async () => {
  dev = await openDev();
  browser = await openBrowser();
  visitor = await Visitor.come(browser, dev.endpoint);
  page = visitor.page;
  await visitor.signIn(dev.session);
  visitor.complaints(); // before signing in the daemon refuses to tell of a session, which browsers report
});
afterAll(async () => {
  await browser.close();
  await dev.close();
});

async function info(noun: string, id: number): Promise<object> {
  const reply = await fetch(`${dev.endpoint}/api/call/one.${noun}.info`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(dev.session).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ id }),
  });
  return ((await reply.json()) as { result: object }).result;
}

const there = (what: Locator): Promise<void> => what.first().waitFor();
const gone = (what: Locator): Promise<void> => what.first().waitFor({ state: 'detached' });
const dialog = (): Locator => page.getByRole('dialog');
const main = (): Locator => page.getByRole('main');
const press = (name: string, within: Locator = dialog()): Promise<void> =>
  within.getByRole('button', { name, exact: true }).click();
const fill = (label: RegExp, value: string, within: Locator = dialog()): Promise<void> =>
  within.getByRole('textbox', { name: label }).fill(value);
const tab = (name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click();
const heading = (name: string): Promise<void> => there(page.getByRole('heading', { level: 1, name, exact: true }));
const rowOf = (grid: string, text: string | RegExp): Locator =>
  page.getByRole('grid', { name: grid }).getByRole('row').filter({ hasText: text });

/** Chooses in a list that opens. */
async function choose(label: RegExp, option: string | RegExp, within: Locator = dialog()): Promise<void> {
  await within
    .getByRole('combobox', { name: label })
    .or(within.getByRole('textbox', { name: label }))
    .click();
  await page.getByRole('option', { name: option }).click();
}

const pick = async (label: RegExp, value: string, within: Locator = dialog()): Promise<unknown> =>
  within.getByRole('combobox', { name: label }).selectOption(value);

/** In the menu of what is chosen in a table, which is the last one; without a table in that of the page. */
async function act(action: string): Promise<void> {
  await main()
    .getByRole('button', { name: /^Actions/ })
    .last()
    .click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

/** The number of the object whose page is open. */
const opened = (): number => Number(/\/(\d+)(\?|$)/.exec(page.url())?.[1]);

let image: number;
let network: number;
let vm: number;

it('makes an image, and changes it', async () => {
  await visitor.open('/images');
  await press('New image', main());
  await press('Create');
  await there(dialog().getByText('This is needed.'));
  await fill(/^Name/, 'disk');
  await pick(/^Made of/, 'empty');
  await fill(/^Size/, '64');
  await pick(/^Format/, 'raw');
  await press('Create');
  await heading('disk');
  await there(main().getByText('ready', { exact: true }));
  image = opened();
  expect(await info('image', image)).toMatchObject({
    IMAGE: { NAME: 'disk', SIZE: 64, FORMAT: 'raw', PERSISTENT: 0, STATE: 1 },
  });
  await act('Disable');
  await there(main().getByText('disabled', { exact: true }));
  await act('Enable');
  await there(main().getByText('ready', { exact: true }));
  await act('Clone…');
  await fill(/^Name of the copy/, 'copy');
  await press('Clone');
  await gone(dialog());
  await visitor.open('/images');
  await there(rowOf('Disk images', 'copy').getByText('ready', { exact: true }));
});

it('makes a network, holds one of its addresses, and releases it', async () => {
  await visitor.open('/networks');
  await press('New network', main());
  await fill(/^Name/, 'lan');
  await fill(/^Bridge/, 'br0');
  await fill(/^First IPv4 address/, '192.168.0.10');
  await fill(/^How many/, '5');
  await press('Create');
  await heading('lan');
  network = opened();
  expect(await info('vn', network)).toMatchObject({
    VNET: { NAME: 'lan', BRIDGE: 'br0', AR_POOL: { AR: [{ TYPE: 'IP4', IP: '192.168.0.10', SIZE: 5 }] } },
  });
  await tab('Leases');
  await press('Hold an address…', main());
  await fill(/^Address/, '192.168.0.10');
  await press('Hold');
  const held = rowOf('Leases', '192.168.0.10');
  await there(held.getByText('held', { exact: true }));
  await held.getByRole('checkbox').check();
  await act('Release');
  await press('Release');
  await gone(held);
  expect(await info('vn', network)).toMatchObject({ VNET: { USED_LEASES: 0 } });
});

it('makes a machine of them, which starts', async () => {
  await visitor.open('/vms');
  await press('New VM', main());
  await fill(/^Name/, 'made', main());
  await fill(/^Memory/, '64', main());
  await press('Create', main());
  await there(main().getByText('Choose an image.'));
  await choose(/^Image/, /^disk /, main());
  await press('Add a NIC', main());
  await choose(/^Network/, 'lan', main());
  await press('Create', main());
  await heading('made');
  vm = opened();
  await there(main().getByText('running', { exact: true }));
  expect(await info('vm', vm)).toMatchObject({
    VM: { TEMPLATE: { MEMORY: '64', DISK: [{ IMAGE_ID: String(image) }], NIC: [{ IP: '192.168.0.10' }] } },
  });
});

it('attaches a disk and a NIC to it while it runs, and detaches them', async () => {
  await tab('Storage');
  await press('Attach a disk…', main());
  await pick(/^Made of/, 'volatile');
  await fill(/^Size/, '16');
  await press('Attach');
  const disk = rowOf('Storage', 'volatile');
  await there(disk);
  await there(main().getByText('running', { exact: true }));
  await disk.getByRole('checkbox').check();
  await act('Detach');
  await press('Detach');
  await gone(disk);
  await tab('Network');
  await press('Attach a NIC…', main());
  await choose(/^Network/, 'lan');
  await fill(/^IPv4 address/, '192.168.0.13');
  await press('Attach');
  const nic = rowOf('Network', '192.168.0.13');
  await there(nic);
  await there(main().getByText('running', { exact: true }));
  await nic.getByRole('checkbox').check();
  await act('Detach');
  await press('Detach');
  await gone(nic);
  await there(main().getByText('running', { exact: true }));
  expect(await info('vm', vm)).toMatchObject({ VM: { TEMPLATE: { DISK: [{}], NIC: [{ IP: '192.168.0.10' }] } } });
});

it('says what keeps the image and the network from being deleted', async () => {
  for (const [path, reason] of [
    [`/images/${image}`, '1 VM uses it.'],
    [`/networks/${network}`, '1 address is in use.'],
  ] as const) {
    await visitor.open(path);
    await page.getByRole('button', { name: /^Actions/ }).click();
    await there(page.getByRole('menuitem', { name: /^Delete/ }).filter({ hasText: reason }));
  }
  expect(visitor.complaints()).toEqual([]);
});

it('shows this session as one, and ends it', async () => {
  await visitor.open('/settings');
  const sessions = main().getByRole('table', { name: 'Sessions of the console' });
  expect(await sessions.getByRole('row').count()).toBe(2);
  await there(main().getByText('You have no login tokens.'));
  await sessions.getByRole('button', { name: /^End / }).click();
  await press('End');
  await there(page.getByRole('button', { name: 'Sign in' }));
});
