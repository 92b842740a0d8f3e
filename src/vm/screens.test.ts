import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeScreens, screenFile } from './screens.ts';

it('those of an image go, those of points that are kept and of other images stay', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ov-screens-'));
  try {
    await removeScreens(join(directory, 'none'), 1);
    for (const [image, point] of [[1, 0], [1, 2], [11, 0]] as const) await writeFile(screenFile(directory, image, point), ''); // prettier-ignore
    await removeScreens(directory, 1, [2]);
    expect((await readdir(directory)).sort()).toEqual(['1-2.png', '11-0.png']);
    await removeScreens(directory, 1);
    expect(await readdir(directory)).toEqual(['11-0.png']);
  } finally {
    await rm(directory, { recursive: true });
  }
});
