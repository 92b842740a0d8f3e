// The directory of images with the real qemu-img, mke2fs, mkswap and cp, and a file system that fills up.
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openImageStore } from '../../src/datastore/all.ts';
import { imageStoreContract } from '../../src/datastore/contract.ts';
import { run } from '../../src/exec/exec.ts';

imageStoreContract('fs', openImageStore);

it('refuses a qcow2 with an external data file', async () => {
  const root = await mkdtemp(join(tmpdir(), 'onevault-images-'));
  const image = join(root, 'outside.qcow2');
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-o', `data_file=${root}/data`, image, '1M']);
  await expect(openImageStore(join(root, 'store')).importFile(image, 'qcow2')).rejects.toThrow(/external data file/);
  await rm(root, { recursive: true });
});

it('makes disks that QEMU finds sound', async () => {
  const root = await mkdtemp(join(tmpdir(), 'onevault-images-'));
  const store = openImageStore(root);
  await store.volatile(join(root, 'disk'), 64 * 2 ** 20, 'qcow2', 'fs', 'ext4');
  await run(['qemu-img', 'check', '-f', 'qcow2', join(root, 'disk')]);
  await run(['qemu-img', 'convert', '-f', 'qcow2', '-O', 'raw', join(root, 'disk'), join(root, 'raw')]);
  await run(['e2fsck', '-fn', join(root, 'raw')]);
  await rm(root, { recursive: true });
});

it('refuses an import that does not fit, with numbers, and leaves nothing', async () => {
  const root = await mkdtemp(join(tmpdir(), 'onevault-images-'));
  await run(['mount', '-t', 'tmpfs', '-o', 'size=8m', 'onevault-test', root]);
  try {
    const big = join(tmpdir(), 'onevault-big.raw');
    const file = await open(big, 'w');
    await file.write(Buffer.alloc(20 * 2 ** 20, 1));
    await file.close();
    await expect(openImageStore(root).importFile(big, '')).rejects.toThrow(/needs 20 MB and .* has 8 MB free/);
    await rm(big);
    expect(await readdir(root)).toEqual([]);
    await writeFile(join(root, 'filler'), '');
  } finally {
    await run(['umount', root]);
    await rm(root, { recursive: true });
  }
});
