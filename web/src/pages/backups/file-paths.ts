// Paths in a backup, and what of an entry is shown. Pure.
import type { FileEntry } from '../../api/files.ts';

export function childPath(path: string, name: string): string {
  return path === '/' ? `/${name}` : `${path}/${name}`;
}

export interface Crumb {
  name: string;
  path: string;
}

/** The directories from the top to here. A volume is called `disk.0/p1`: that is one step. */
export function crumbsOf(path: string): Crumb[] {
  const [disk, volume, ...names] = path.split('/').filter((name) => name !== '');
  if (disk === undefined) return [];
  const top = volume === undefined ? disk : `${disk}/${volume}`;
  const crumbs = [{ name: top, path: `/${top}` }];
  for (const name of names) crumbs.push({ name, path: `${crumbs.at(-1)?.path ?? ''}/${name}` });
  return crumbs;
}

/** Whether there is something inside that can be shown. A volume whose file system is not known cannot be read. */
export function opens({ type, fs }: FileEntry): boolean {
  return type === 'directory' || (type === 'volume' && fs !== undefined && fs !== '');
}

const MODES = ['r', 'w', 'x'];

/** `rwxr-x---` */
export function modeText(mode: number): string {
  return Array.from({ length: 9 }, (_, at) => ((mode >> (8 - at)) & 1 ? MODES[at % 3] : '-')).join('');
}
