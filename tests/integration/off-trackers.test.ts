// Bitmaps in the qcow2 files of a VM that is off: all disks or none get one, and those of others are left alone.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run, start } from '../../src/exec/exec.ts';
import type { BackupBegin } from '../../src/hypervisor/hypervisor.ts';
import { beginOff } from '../../src/hypervisor/libvirt/off-exports.ts';
import { dropOff, readOff } from '../../src/hypervisor/libvirt/off-trackers.ts';
import type { TaskDisk } from '../../src/model/tasks/backup.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'off-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function disk(diskId: number, compat = '1.1'): Promise<TaskDisk> {
  const path = join(directory, `disk,${diskId}=x`);
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-o', `compat=${compat}`, '--', path, '8M']);
  return { diskId, target: '', path, format: 'qcow2', file: '' };
}

async function bitmaps({ path }: TaskDisk): Promise<string[]> {
  const { stdout } = await run(['qemu-img', 'info', '-U', '--output=json', '-f', 'qcow2', '--', path]);
  const info = JSON.parse(stdout) as { 'format-specific': { data: { bitmaps?: Array<{ name: string }> } } };
  return (info['format-specific'].data.bitmaps ?? []).map(({ name }) => name).sort();
}

function begin(disks: TaskDisk[], next: string, parent: string | null = null): BackupBegin {
  return {
    operationId: 'operation',
    vmId: 7,
    domain: 'one-7',
    live: false,
    disks,
    runDirectory: join(directory, 'run'),
    freeze: 'NONE',
    tracking: { mode: 'CBT', next, parent },
  };
}

it('leaves bitmaps of others alone, those of other VMs included', async () => {
  const only = await disk(0);
  for (const name of ['theirs', 'one-70-1', 'one-7']) {
    await run(['qemu-img', 'bitmap', '-f', 'qcow2', '--add', '--', only.path, name]);
  }
  for (const next of ['one-7-1', 'one-7-2']) await (await beginOff(begin([only], next))).end();
  expect(await dropOff([only], 7, (name) => name !== 'one-7-2')).toHaveLength(1);
  expect(await bitmaps(only)).toEqual(['one-7', 'one-7-2', 'one-70-1', 'theirs']);
  expect(await dropOff([only], 7, () => true)).toHaveLength(1);
  expect(await dropOff([only, { ...only, path: `${only.path}.gone` }], 7, () => true)).toEqual([]);
  expect(await bitmaps(only)).toEqual(['one-7', 'one-70-1', 'theirs']);
});

it('takes a full backup of a qcow2 of version 2, says that no increment can follow and adds nothing', async () => {
  const disks = [await disk(0), await disk(1, '0.10')];
  const begun = await beginOff(begin(disks, 'one-7-1'));
  await begun.end();
  expect(begun.warnings).toEqual([
    expect.stringMatching(/disk 1: qcow2 version 2 cannot carry bitmaps.*qemu-img amend/),
  ]);
  expect(await bitmaps(disks[0]!)).toEqual([]);
  const [first, second] = await readOff(disks, 'one-7-1');
  expect(first?.trouble).toContain('its bitmap one-7-1 is not there');
  expect(second?.trouble).toContain('set INCREMENT_MODE to SNAPSHOT');
});

it('adds a bitmap to all disks or to none', async () => {
  const disks = [await disk(0), await disk(1)];
  await (await beginOff(begin(disks, 'one-7-1'))).end();
  const socket = join(directory, 'reader');
  const [, second] = disks;
  const args = ['--image-opts', `driver=qcow2,file.driver=file,file.filename=${second?.path.replaceAll(',', ',,')}`];
  const reader = start(['qemu-nbd', '-r', '-t', '-k', socket, ...args], { dieWithParent: true });
  reader.stdout.resume();
  try {
    await expect
      .poll(
        () =>
          run(['test', '-S', socket]).then(
            () => true,
            () => false,
          ),
        { timeout: 120_000 },
      )
      .toBe(true);
    await expect(beginOff(begin(disks, 'one-7-2', 'one-7-1'))).rejects.toThrow(/add bitmap one-7-2 of disk 1.*lock/i);
  } finally {
    reader.stop();
    await reader.exit;
  }
  for (const one of disks) expect(await bitmaps(one)).toEqual(['one-7-1']);
});
