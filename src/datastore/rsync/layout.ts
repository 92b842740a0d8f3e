// Where things are in a datastore: `<path>/<VM id>/<6 hex digits>/` is a backup, complete when it has that name; the digits are its source.
// Until then it is `.<6 hex digits>.<id of the run>.part` there. Pure: names are built and read here and nowhere else.
import { posix } from 'node:path';
import { CODE, OneError } from '../../model/errors.ts';

/** Says that a directory is a datastore: an empty one in its place, a disk that is not mounted for example, has none. */
export const MARKER = '.onevault-store';

const SOURCE_DIGITS = 6;

export interface Place {
  vmId: number;
  source: string;
  /** The run whose part it is; undefined of a complete backup. */
  part: string | undefined;
}

export interface ListedBackup {
  source: string;
  vmId: number;
  operationId: string;
  /** Epoch seconds. */
  storedAt: number;
  directory: string;
}

export function directoryOf(path: string, { vmId, source, part }: Place): string {
  return `${path}/${vmId}/${part === undefined ? source : `.${source}.${part}.part`}`;
}

/** Beside the disks: which run made them, in its name, and what they were, in it. */
export function manifestName(operationId: string): string {
  return `manifest.${operationId}.json`;
}

/** A command that prints the manifest of the backup in this directory, nothing when there is none. */
export function printManifest(directory: string): string[] {
  return ['find', directory, '-maxdepth', '1', '-name', manifestName('*'), '-exec', 'cat', '--', '{}', '+'];
}

/** The arguments of find for the plain files of a backup, with their sizes. */
export function findFiles(directory: string): string[] {
  return ['find', directory, '-maxdepth', '1', '-type', 'f', '-printf', '%s %p\\n'];
}

/** The files that find named; lines that are none, and names that no file of a backup has, are left out. */
export function filesIn(directory: string, stdout: string): Array<{ path: string; bytes: number }> {
  return stdout.split('\n').flatMap((line) => {
    const [, size = '', path = ''] = /^(\d{1,15}) (\/.*)$/.exec(line) ?? [];
    const known = path.startsWith(`${directory}/`) && isFileName(path.slice(directory.length + 1));
    return known ? [{ path, bytes: Number(size) }] : [];
  });
}

/** The arguments of find for the mark of a datastore, or backups that another program has put there. */
export function findUsed(path: string): string[] {
  return findAt(`${path}/`, 2, [MARKER, '[0-9a-f]'.repeat(SOURCE_DIGITS)]);
}

/** Whether find named the mark, or a backup of a virtual machine. */
export function isUsed(path: string, stdout: string): boolean {
  return stdout.split('\n').includes(`${path}/${MARKER}`) || placesIn(path, stdout).length > 0;
}

/** The arguments of find for everything of these backups. */
export function findSources(path: string, sources: readonly string[]): string[] {
  return findAt(
    path,
    2,
    sources.flatMap((source) => [source, `.${source}.*.part`]),
  );
}

/** The arguments of find for everything there is. */
export function findAll(path: string): string[] {
  return findAt(path, 2, ['[0-9a-f]'.repeat(SOURCE_DIGITS)]);
}

/** The arguments of find for everything of a run. */
export function findOperation(path: string, operationId: string): string[] {
  return findAt(path, 3, [manifestName(operationId), `.*.${operationId}.part`]);
}

/** The arguments of find for the manifest of everything there is, with the time of each. */
export function findManifests(path: string): string[] {
  return [...findAt(path, 3, [manifestName('*')]).slice(0, -1), '-printf', '%T@ %p\\n'];
}

/** The complete backups whose manifests find named; lines that are none are left out. */
export function manifestsIn(path: string, stdout: string): ListedBackup[] {
  return stdout.split('\n').flatMap((line) => {
    const [, at = '', file = ''] = /^(\d+)(?:\.\d*)? (\/.*)$/.exec(line) ?? [];
    const [, operationId] = /\/manifest\.([A-Za-z0-9_-]+)\.json$/.exec(file) ?? [];
    const place = placeIn(path, file);
    if (place === undefined || place.part !== undefined || operationId === undefined) return [];
    const { vmId, source } = place;
    return [{ source, vmId, operationId, storedAt: Number(at), directory: directoryOf(path, place) }];
  });
}

/** The places of the lines that find wrote; lines that are none are left out. A backup and its part may be named more than once. */
export function placesIn(path: string, stdout: string): Place[] {
  const places = stdout.split('\n').flatMap((line) => placeIn(path, line) ?? []);
  return [...new Map(places.map((place) => [directoryOf(path, place), place])).values()];
}

/** The file of a backup that had this path in the virtual directory, which has no directories in it. */
export function fileOf(path: string): string {
  const name = posix.basename(path);
  if (posix.isAbsolute(path) && isFileName(name)) return name;
  throw new OneError(CODE.INTERNAL, `"${path}" is not the path of a file in a backup.`);
}

export function isFileName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name);
}

export function checkSource(source: string): void {
  if (/^[0-9a-f]{6}$/.test(source)) return;
  throw new OneError(CODE.INTERNAL, `"${source}" is not the id of a backup in an rsync datastore.`);
}

export function checkOperation(operationId: string): void {
  if (/^[A-Za-z0-9_-]+$/.test(operationId)) return;
  throw new OneError(CODE.INTERNAL, `"${operationId}" is not the id of an operation.`);
}

/** lost+found is closed to anybody but root, and find would complain. */
function findAt(path: string, depth: number, names: readonly string[]): string[] {
  const either = names.flatMap((name, index) => [...(index === 0 ? [] : ['-o']), '-name', name]);
  return [
    'find',
    path,
    '-maxdepth',
    String(depth),
    '-name',
    'lost+found',
    '-prune',
    '-o',
    '(',
    ...either,
    ')',
    '-print',
  ];
}

function placeIn(path: string, line: string): Place | undefined {
  if (!line.startsWith(`${path}/`)) return undefined;
  const [vm = '', name = ''] = line.slice(path.length + 1).split('/');
  const [, whole, source, part] = /^(?:([0-9a-f]{6})|\.([0-9a-f]{6})\.([A-Za-z0-9_-]+)\.part)$/.exec(name) ?? [];
  const found = whole ?? source;
  return /^\d{1,10}$/.test(vm) && found !== undefined ? { vmId: Number(vm), source: found, part } : undefined;
}
