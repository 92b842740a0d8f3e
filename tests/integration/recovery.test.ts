// What a backup is worth without OneVault: every stored disk is a sound qcow2, and the guide's own commands bring a disk back.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { copyDisk } from '../guest/build.ts';
import { virsh } from '../guest/domains.ts';
import { Cloud, RESTIC_PASSWORD, sameContent } from './cloud.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guide/without-onevault.md');

let cloud: Cloud;
let vmId: number;
let work: string;

beforeAll(async () => {
  cloud = await Cloud.open(75000);
  work = `${cloud.directory}/work`;
  await mkdir(work);
  const data = await copyDisk(cloud.guest.dataImage, `${cloud.directory}/data.raw`);
  const root = await cloud.image('root', { path: cloud.guest.rootImage, format: 'raw', persistent: false });
  vmId = await cloud.vm([root, await cloud.image('data', { path: data, format: 'raw', persistent: true })]);
});

afterAll(async () => cloud.close());

/** What the guide says of the usual layout of restic: the other layout and rsync have chapters of their own. */
async function resticPart(): Promise<string> {
  const [part = ''] = (await readFile(GUIDE, 'utf8')).split(/^## From a datastore in slices$/m);
  return part;
}

describe('a stored backup', () => {
  it('is recovered by the commands of the guide, with restic and qemu-img alone', async () => {
    await (await cloud.console(vmId)).close();
    await virsh('suspend', `one-${vmId}`);
    const disk = `${cloud.directory}/datastores/0/${vmId}/disk.0`;
    await run(['qemu-img', 'convert', '-U', '-f', 'qcow2', '-O', 'raw', disk, `${work}/reference.raw`]);
    const operation = await cloud.backup(vmId);
    await virsh('resume', `one-${vmId}`);
    const image = await cloud.info('image', operation.imageIds[0] ?? -1);

    const commands = [...(await resticPart()).matchAll(/^\$ (.*)$/gm)].map(([, command]) => command ?? '');
    const script = commands
      .join('\n')
      .replaceAll('RESTIC_PASSWORD=...', 'RESTIC_PASSWORD="$GIVEN"')
      .replaceAll('<repository>', cloud.repository)
      .replaceAll('<snapshot>', image.textOf('SOURCE'))
      .replaceAll('<directory>', `${cloud.directory}/datastores/0/${vmId}/backup`)
      .replaceAll('one-0', `one-${vmId}`);
    expect(script).not.toMatch(/[<>](?! disk)/);
    const { stdout } = await run(['bash', '-euc', script], { cwd: work, env: { GIVEN: RESTIC_PASSWORD } });
    expect(stdout).toContain('No errors were found on the image.');
    expect(await sameContent([`${work}/disk-0.raw`, 'raw'], [`${work}/reference.raw`, 'raw'])).toBe(true);
  });

  it('has only disks that qemu-img check finds clean', async () => {
    const [snapshot] = await cloud.snapshots();
    await cloud.restic('restore', snapshot?.short_id ?? '', '--target', `${work}/all`);
    const { stdout: files } = await run(['find', `${work}/all`, '-name', 'disk.*']);
    const disks = files.trim().split('\n');
    expect(disks).toHaveLength(2);
    for (const path of disks) {
      const { stdout } = await run(['qemu-img', 'check', '-f', 'qcow2', '--output', 'json', path]);
      const report = JSON.parse(stdout) as Record<string, unknown>;
      expect(report).toMatchObject({ 'check-errors': 0, format: 'qcow2' });
      expect(report).not.toHaveProperty('leaks');
      expect(report).not.toHaveProperty('corruptions');
    }
  });
});
