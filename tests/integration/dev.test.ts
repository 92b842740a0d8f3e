// `npm run dev`: the daemon as developers start it, without libvirt, KVM and restic. A VM on the fake host is backed up while
// it runs and while it is off, through the real mover and a real mount, and what is restored holds the same bytes.
import { randomBytes } from 'node:crypto';
import { access, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, start, type Running } from '../../src/exec/exec.ts';
import { missingForBackups } from '../../src/dev.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/.bin/node');
const MIB = 2 ** 20;
const missing = missingForBackups();
if (missing !== undefined) console.log(`Backups of the development mode are not tested: ${missing}.`);

let directory = '';
let daemon: Running | undefined;
let said = '';
let env: Record<string, string> = {};

/** A command of bin/, with its words split at blanks. */
async function command(line: string): Promise<string> {
  const [name = '', ...args] = line.split(' ');
  return (await run([join(ROOT, 'bin', name), ...args], { env })).stdout;
}

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 180_000; Date.now() < end; await sleep(100)) if (await look()) return;
  throw new Error(`It did not happen within 180 s that ${what}.`);
}

async function shows(line: string, text: RegExp): Promise<boolean> {
  return text.test(await command(line));
}

async function sourceOf(image: string): Promise<string> {
  return /^SOURCE\s*: (\S+)/m.exec(await command(`oneimage show ${image}`))?.[1] ?? '';
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-dev-'));
  const argv = [NODE, '--disable-warning=ExperimentalWarning', join(ROOT, 'src/main.ts')];
  daemon = start([...argv, '--dev', '--state', directory, '--port', '0'], { cwd: directory });
  daemon.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  await until('the daemon says how to try it', async () => said.includes('oneimage list --backup'));
  const endpoint = /^OneVault answers at (\S+)$/m.exec(said)?.[1] ?? '';
  const auth = /^The credentials of oneadmin are in (\S+)$/m.exec(said)?.[1] ?? '';
  env = { ONE_XMLRPC: endpoint, ONE_AUTH: auth, HOME: directory, XDG_CACHE_HOME: directory };
});

afterAll(async () => {
  daemon?.stop();
  const exit = await daemon?.exit;
  await rm(directory, { recursive: true, force: true });
  expect(exit).toMatchObject({ code: 0, stderr: '' });
});

describe('the development mode', () => {
  it('has a host and a backup datastore from the start', async () => {
    await until('the host is on', () => shows('onehost list', /fake .* on\s*$/m));
    expect(await command('onedatastore list')).toMatch(/backups .* bck /);
  });

  it.skipIf(missing !== undefined)('backs up live and off, and restores the same bytes', async () => {
    const original = join(directory, 'disk.raw');
    const content = Buffer.alloc(9 * MIB + 512);
    randomBytes(3 * MIB).copy(content, MIB);
    randomBytes(512).copy(content, content.length - 512);
    await writeFile(original, content);
    await command(`oneimage create -d default --name disk --path ${original} --persistent`);
    await command('oneimage create -d default --name data --type datablock --size 8 --format raw --persistent');
    await until('the images are ready', async () => (await command('oneimage list')).match(/ rdy /g)?.length === 2);

    await command('onevm create --name vm --cpu 1 --memory 64 --disk disk,data');
    await until('the VM runs', () => shows('onevm list', / runn /));
    await command('onevm backup vm -d backups');

    // the guest of a fake host is whoever writes to its disks
    const file = await open(await sourceOf('disk'), 'r+');
    const changed = Buffer.from(content);
    randomBytes(MIB).copy(changed, 5 * MIB);
    await file.write(changed, 0, changed.length, 0);
    await file.close();
    await command('onevm poweroff vm');
    await until('the VM is off', () => shows('onevm list', / poff /));
    await command('onevm backup vm -d backups');
    expect(await command('onevm list')).toMatch(/ poff /);

    const ids = (await command('oneimage list --backup --csv -l ID --no-header')).trim().split('\n').reverse();
    expect(ids).toHaveLength(2);
    for (const [index, expected] of [content, changed].entries()) {
      await command(`oneimage restore -d default --name back-${index} ${ids[index] ?? ''}`);
      const restored = await readFile(await sourceOf(`back-${index}-disk-0`));
      expect(restored.equals(expected)).toBe(true);
      const data = await readFile(await sourceOf(`back-${index}-disk-1`));
      expect(data.equals(Buffer.alloc(8 * MIB))).toBe(true);
    }

    await command('onetemplate instantiate back-0');
    await until('the restored VM runs', () => shows('onevm list --csv -l NAME,STAT', /^back-0-\d+,runn$/m));
    await command('oneimage delete ' + ids.join(','));
    expect(await command('oneimage list --backup --csv -l ID --no-header')).toBe('');
    await expect(access(join(directory, 'datastores/0/0/backup'))).rejects.toThrow();
  });
});
