// The whole story of one machine's backups, as somebody goes through it with the console: against the real daemon, a real guest, real
// restic and the real machine that reads files. Every step is looked at twice: what the page shows, and what the daemon holds.
import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildAppliance } from '../../src/appliance/build.ts';
import type { Operation } from '../../src/model/operation.ts';
import { Cloud, STATE } from '../integration/cloud.ts';
import { openBrowser, Visitor } from './browser.ts';

const LIMIT_MS = 180_000;
const KEEP = '4';
/** Slow enough that somebody sees a bar move, and slow enough that a cancel comes in time. */
const MODERATE_KIB = '1000';
const SLOW_KIB = '100';
const FAST_KIB = '1000000';
/** The dialog is filled and sent by then, on whatever machine. */
const AHEAD_MS = 12_000;
const FILE = 'numbers';

let cloud: Cloud;
let browser: Browser;
let visitor: Visitor;
let page: Page;
let vm: number;
let backup: number;

beforeAll(async () => {
  await buildAppliance();
  cloud = await Cloud.open(87_300);
  await limitBackups(MODERATE_KIB);
  await cloud.backupDatastore('slow', `RESTIC_BWLIMIT="${SLOW_KIB}"`);
  const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  vm = await cloud.vm([root], 'NAME="story"');
  browser = await openBrowser();
  visitor = await Visitor.come(browser, cloud.origin);
  page = visitor.page;
});
afterAll(async () => {
  await browser.close();
  await cloud.close();
});

async function limitBackups(kib: string): Promise<void> {
  await cloud.call('one.datastore.update', cloud.backups, `RESTIC_BWLIMIT="${kib}"`, 1);
}

async function inGuest(vmId: number, command: string): Promise<string> {
  const console = await cloud.console(vmId);
  try {
    return await console.run(command);
  } finally {
    await console.close();
  }
}

const there = (what: Locator): Promise<void> => what.first().waitFor({ timeout: LIMIT_MS });
const gone = (what: Locator): Promise<void> => what.first().waitFor({ state: 'detached', timeout: LIMIT_MS });
const badge = (word: string): Locator => page.getByRole('main').getByText(word, { exact: true });
const tab = (name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click();
const dialog = (): Locator => page.getByRole('dialog');
const press = (name: string, within: Locator | Page = dialog()): Promise<void> =>
  within.getByRole('button', { name, exact: true }).click();
const bar = (): Locator => page.getByRole('progressbar', { name: /^Backup: / });
const movingBar = (): Promise<void> =>
  page
    .getByRole('progressbar', { name: /^Backup: .*\d+ %/ })
    .first()
    .waitFor({ state: 'attached', timeout: LIMIT_MS });

/** Chooses in a list that opens. */
async function choose(label: RegExp, option: string | RegExp, within: Locator | Page = dialog()): Promise<void> {
  await within
    .getByRole('combobox', { name: label })
    .or(within.getByRole('textbox', { name: label }))
    .click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

async function act(action: string): Promise<void> {
  await page.getByRole('button', { name: /^Actions/ }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

/** By the dialog, with its preview; the backup is under way when it returns, and its bar has been seen. */
async function backUpTo(datastore: string, newChain: boolean): Promise<void> {
  await act('Back up now…');
  await choose(/^Datastore/, datastore);
  await dialog().getByRole('checkbox', { name: 'Begin a new chain' }).setChecked(newChain);
  await there(dialog().getByText('What it would be: FULL'));
  const seen = movingBar();
  await press('Back up');
  await seen;
}

const ended = (): Promise<Operation> => cloud.follow('vm', vm);
const chainOf = async (): Promise<string> => {
  const config = (await cloud.info('vm', vm)).children('BACKUPS/BACKUP_CONFIG')[0];
  return `${config?.textOf('INCREMENTAL_BACKUP_ID')}/${config?.textOf('LAST_INCREMENT_ID')}`;
};
const points = (): Locator => page.getByRole('grid', { name: 'Points in time' });

it('signs in, and opens the machine', async () => {
  await visitor.signIn(cloud.session);
  visitor.complaints(); // before signing in the daemon refuses to tell of a session, which browsers report
  await page.getByRole('link', { name: 'Virtual machines', exact: true }).first().click();
  await page.getByRole('grid', { name: 'Virtual machines' }).getByText('story', { exact: true }).click();
  await there(page.getByRole('heading', { level: 1, name: 'story' }));
  await there(badge('running'));
  expect(new URL(page.url()).pathname).toBe(`/vms/${vm}`);
});

it('configures how it is backed up', async () => {
  await tab('Backup');
  await choose(/^Mode/, 'INCREMENT', page);
  await page.getByRole('textbox', { name: /^Keep/ }).fill(KEEP);
  await press('Save', page);
  await there(page.getByText('The backup configuration was saved.'));
  const config = (await cloud.info('vm', vm)).children('BACKUPS/BACKUP_CONFIG')[0];
  expect([config?.textOf('MODE'), config?.textOf('KEEP_LAST')]).toEqual(['INCREMENT', KEEP]);
  await visitor.open(`/vms/${vm}?tab=backup`);
  expect(await page.getByRole('textbox', { name: /^Keep/ }).inputValue()).toBe(KEEP);
});

it('backs it up, and shows how far that is', async () => {
  await backUpTo('backups', false);
  await there(badge('backing up'));
  const run = await ended();
  expect(run).toMatchObject({ result: 'done', kind: 'backup', vmId: vm });
  backup = run.imageIds[0] ?? -1;
  expect(await chainOf()).toBe(`${backup}/0`);
  await gone(bar());
  await there(badge('running'));
  await tab('Backups');
  await there(points().getByText('full', { exact: true }));
  await limitBackups(FAST_KIB);
});

it('cancels one, which leaves everything as it was', async () => {
  await backUpTo('slow', true);
  await act('Cancel the backup');
  expect((await ended()).result).toBe('cancelled');
  await gone(bar());
  await there(badge('running'));
  await cloud.vmIs(vm, '3', STATE.RUNNING);
  expect(await chainOf()).toBe(`${backup}/0`);
  await tab('Log');
  await there(page.getByRole('grid', { name: 'Runs' }).getByText('cancelled', { exact: true }));
});

it('schedules one, which takes place', async () => {
  await inGuest(vm, `seq 1 20000 > /root/${FILE}; sync`);
  await tab('Schedule');
  await press('Add a schedule', page);
  await there(dialog().locator('[data-occurrences="10"]'));
  await choose(/^Repeat/, 'Once');
  await there(dialog().locator('[data-occurrences="1"]'));
  await dialog()
    .getByLabel(/^First time/)
    .fill(localMoment(Date.now() + AHEAD_MS));
  await press('Add');
  const entry = page.getByRole('listitem').filter({ hasText: 'Backup once' });
  await there(entry);
  await there(entry.getByText(/Last done: (just now|\d+ (s|min) ago)/));
  const run = await ended();
  expect(run).toMatchObject({ result: 'done', kind: 'backup', asked: { by: 'schedule' } });
  expect((await cloud.info('vm', vm)).textOf('TEMPLATE/SCHED_ACTION/DONE')).not.toBe('-1');
});

it('shows the increment', async () => {
  await tab('Backups');
  await there(points().getByText('increment', { exact: true }));
  await expect.poll(() => points().getByRole('row').count(), { timeout: LIMIT_MS }).toBe(3);
  expect(await chainOf()).toBe(`${backup}/1`);
  const increments = (await cloud.info('image', backup)).children('BACKUP_INCREMENTS/INCREMENT');
  expect(increments.map((each) => each.textOf('TYPE'))).toEqual(['FULL', 'INCREMENT']);
});

it('restores it as a new machine, which boots with what was written before the increment', async () => {
  await points().getByRole('link').first().click();
  await page.waitForURL(`**/backups/${backup}*`);
  await press('Restore…', page.getByRole('main'));
  await dialog().getByRole('radio', { name: 'New machine', exact: true }).check();
  await dialog().getByLabel(/^Name/).fill('again');
  await there(dialog().getByText('A template called again'));
  await press('Restore');
  const said = await page.getByText(/It makes, by number: [\d ]+/).innerText({ timeout: LIMIT_MS });
  const [template = -1, image = -1] = said
    .replace(/.*number: /, '')
    .split(' ')
    .map(Number);
  expect((await cloud.follow('image', image)).result).toBe('done');
  await cloud.imagesReady([image]);
  expect((await cloud.info('template', template)).textOf('NAME')).toBe('again');
  await page.getByRole('link', { name: 'Templates', exact: true }).first().click();
  await page.getByRole('grid', { name: 'Templates' }).getByText('again', { exact: true }).click();
  await there(page.getByRole('heading', { level: 1, name: 'again' }));
  await act('Make a VM…');
  await dialog()
    .getByLabel(/^Name of the VM/)
    .fill('story again');
  await press('Make the VM');
  await there(page.getByRole('heading', { level: 1, name: 'story again' }));
  const id = await cloud.started(Number(/\/vms\/(\d+)/.exec(page.url())?.[1]));
  await there(badge('running'));
  expect((await inGuest(id, `tail -n 1 /root/${FILE}`)).trim()).toBe('20000');
});

it('browses the files of the backup, and downloads one', async () => {
  await visitor.open(`/backups/${backup}`);
  await tab('Files');
  const files = page.getByRole('grid', { name: 'Files' });
  await files.getByRole('button', { name: /disk\.0/ }).click({ timeout: LIMIT_MS });
  await files.getByRole('button', { name: 'root', exact: true }).click({ timeout: LIMIT_MS });
  const link = files.getByRole('link', { name: FILE, exact: true });
  await there(link);
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: LIMIT_MS }), link.click()]);
  expect(download.suggestedFilename()).toBe(FILE);
  const lines = Array.from({ length: 20_000 }, (_each, at) => `${at + 1}\n`);
  expect(await readFile(await download.path(), 'utf8')).toBe(lines.join(''));
});

it('complained of nothing on the way', () => {
  // the dialog asks before all is chosen, and shows why that cannot be; browsers report the refusal
  const refused = /\/api\/call\/one\.vm\.backupplan$/;
  expect(visitor.complaints().filter((complaint) => !refused.test(complaint))).toEqual([]);
});

/** `2026-11-27T02:00:05`, by the clock that the browser has as well. */
function localMoment(ms: number): string {
  const date = new Date(ms);
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
