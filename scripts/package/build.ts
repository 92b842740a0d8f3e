// Builds what an installed OneVault runs, in dist/: JavaScript instead of TypeScript (Node.js strips no types in packages), the console, the
// machine that reads files out of backups, manual pages, the configuration file with all that it may say, and the commands. Lines and columns
// stay where they were.
// usage: npm run build    (console and machine are built by `scripts/setup.sh console appliance`)
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import type * as Kept from '../../src/appliance/kept.ts';
import { findAppliance } from '../../src/appliance/kept.ts';
import { reasonOf } from '../../src/model/errors.ts';
import { configurationText } from './configuration.ts';
import { manualPages } from './manual.ts';
import { javaScriptOf, isBuilt, launcher } from './translate.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const DIST = join(ROOT, 'dist');

/** Throws when the console has not been built. */
export async function build(dist = DIST): Promise<void> {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  for (const entry of await readdir(join(ROOT, 'src'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(dist, 'src', from.slice(join(ROOT, 'src').length + 1));
    await mkdir(dirname(to), { recursive: true });
    if (!entry.name.endsWith('.ts')) await cp(from, to);
    else if (isBuilt(entry.name)) {
      const code = javaScriptOf(await readFile(from, 'utf8'), stripTypeScriptTypes);
      await writeFile(to.replace(/\.ts$/, '.js'), code);
    }
  }
  await cp(join(ROOT, 'var/console'), join(dist, 'var/console'), { recursive: true });
  const { name, version, license } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  await writeFile(
    join(dist, 'package.json'),
    `${JSON.stringify({ name, version, license, type: 'module' }, null, 2)}\n`,
  );
  await mkdir(join(dist, 'bin'));
  for (const command of await readdir(join(ROOT, 'bin'))) {
    await writeFile(join(dist, 'bin', command), launcher(command));
    await chmod(join(dist, 'bin', command), 0o755);
  }
  await mkdir(join(dist, 'man'));
  for (const [file, text] of await manualPages()) await writeFile(join(dist, 'man', file), text);
  await writeFile(join(dist, 'onevault.conf'), await configurationText());
  await addAppliance(dist).catch((cause: unknown) => {
    process.stderr.write(
      `The package will not bring the machine that reads files out of backups: ${reasonOf(cause)}\n`,
    );
  });
}

/** Under the names that the built code looks for, whose recipe is the same in other words. */
async function addAppliance(dist: string): Promise<void> {
  const made = await findAppliance();
  const { applianceIn } = (await import(join(dist, 'src/appliance/kept.js'))) as typeof Kept;
  const wanted = await applianceIn(join(dist, 'var/appliance'));
  await mkdir(dirname(wanted.kernel), { recursive: true });
  await copyFile(made.kernel, wanted.kernel);
  await copyFile(made.initrd, wanted.initrd);
}

if (import.meta.main) {
  await build();
  process.stdout.write(`Built ${basename(DIST)}/.\n`);
}
