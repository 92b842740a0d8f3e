// Pictures of the last screens of drills: one file for each point that was drilled, removed with the point.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

export function screenFile(directory: string, imageId: number, pointId: number): string {
  return join(directory, `${imageId}-${pointId}.png`);
}

/** Removes those of an image but the points that are kept. */
export async function removeScreens(directory: string, imageId: number, kept: readonly number[] = []): Promise<void> {
  const names = await readdir(directory).catch(noneYet);
  const stay = new Set(kept.map((pointId) => `${imageId}-${pointId}.png`));
  for (const name of names) {
    if (name.startsWith(`${imageId}-`) && !stay.has(name)) await rm(join(directory, name), { force: true });
  }
}

function noneYet(cause: NodeJS.ErrnoException): string[] {
  if (cause.code !== 'ENOENT') throw cause;
  return [];
}
