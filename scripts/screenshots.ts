// `npm run screenshots`: pictures of every page of the console, by light and in the dark, into var/screenshots; with --docs those that
// the documents show, into docs/images.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openSqlite } from '../src/store/sqlite.ts';
import { addresses } from '../tests/console/addresses.ts';
import { openBrowser, Visitor, type Scheme } from '../tests/console/browser.ts';
import { openShop } from '../tests/console/shop.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** Name of the picture, address, colours. */
const DOCS: Array<[string, string, Scheme]> = [
  ['overview', '/', 'light'],
  ['vm-backups', '/vms/0?tab=backups', 'light'],
  ['backup', '/backups/0', 'dark'],
  ['runs', '/runs', 'light'],
];

const forDocs = process.argv.includes('--docs');
const shop = await openShop(400, 'screenshots-shop');
const store = await openSqlite(join(shop.directory, 'one.db'));
const everything = await addresses(store);
await store.close();
const browser = await openBrowser();
try {
  const wanted: Array<[string, string, Scheme]> = forDocs
    ? DOCS
    : (['light', 'dark'] as const).flatMap((scheme) =>
        everything.map((path): [string, string, Scheme] => [`${nameOf(path)}-${scheme}`, path, scheme]),
      );
  const directory = join(ROOT, forDocs ? 'docs/images' : 'var/screenshots');
  await mkdir(directory, { recursive: true });
  for (const scheme of ['light', 'dark'] as const) {
    const visitor = await Visitor.come(browser, shop.endpoint, { width: 1280, height: 860, scheme });
    await visitor.signIn(shop.session);
    for (const [name, path] of wanted.filter(([, , wantedScheme]) => wantedScheme === scheme)) {
      await visitor.open(path);
      await visitor.page.screenshot({ path: join(directory, `${name}.png`) });
      process.stdout.write(`${join(directory, `${name}.png`)}\n`);
    }
    await visitor.leave();
  }
} finally {
  await browser.close();
  await shop.close();
}

function nameOf(path: string): string {
  return path === '/' ? 'overview' : path.slice(1).replaceAll(/\?tab=|\//g, '-');
}
