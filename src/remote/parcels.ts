// What is brought to a host: the programs of OneVault that run there with the packages they need, Node itself, and restic. Each is a parcel,
// a directory whose name tells the hash of all that is in it.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CODE, OneError } from '../model/errors.ts';
import { OWN_EXTENSION } from '../model/own-files.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Rooms of what runs on a host: the agent, the mover, and all that they stand on. */
const ROOMS = [
  ...['model', 'disk', 'nbd', 'fuse', 'hypervisor', 'datastore'],
  ...['exec', 'appliance', 'mover', 'remote'],
];
const PACKAGES = ['@xmldom/xmldom', 'temporal-polyfill'];
/** What lists the hashes in a parcel, as sha256sum reads it. */
export const SUMS = 'SHA256SUMS';
const SHOWN = 16;

export interface Parcel {
  /** `node-<hash>`: its directory on the host. */
  name: string;
  /** Hash of the file that lists the hashes of all others. */
  sha256: string;
  sums: string;
  /** Path in the parcel, and the file here. */
  files: Map<string, string>;
}

export interface Parcels {
  onevault: Parcel;
  node: Parcel;
  /** Undefined when there is none here either. */
  restic: Parcel | undefined;
}

let made: Promise<Parcels> | undefined;

/** Those of this version; read once. */
export function parcels(): Promise<Parcels> {
  made ??= makeParcels().catch((error: unknown) => {
    made = undefined; // it may be better the next time
    throw error;
  });
  return made;
}

async function makeParcels(): Promise<Parcels> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const restic = await found('restic');
  return {
    onevault: await parcelOf(`onevault-${version}`, await ownFiles()),
    node: await parcelOf('node', new Map([['node', process.execPath]])),
    restic: restic === undefined ? undefined : await parcelOf('restic', new Map([['restic', restic]])),
  };
}

async function parcelOf(name: string, files: Map<string, string>): Promise<Parcel> {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines: string[] = [];
  for (const [to, from] of sorted) lines.push(`${await hashOf(from)}  ${to}\n`);
  const sums = lines.join('');
  const sha256 = createHash('sha256').update(sums).digest('hex');
  return { name: `${name}-${sha256.slice(0, SHOWN)}`, sha256, sums, files: new Map(sorted) };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function ownFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>([['package.json', join(ROOT, 'package.json')]]);
  for (const room of ROOMS) await addTree(files, join(ROOT, 'src', room), `src/${room}`, isProgram);
  const waiting = [...PACKAGES];
  const seen = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const directory = await directoryOf(name);
    await addTree(files, directory, `node_modules/${name}`, isRead);
    const own = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    waiting.push(...Object.keys(own.dependencies ?? {}));
  }
  return files;
}

/** Where a package is, be it beside this program or, when this was installed as one, above it. */
async function directoryOf(name: string): Promise<string> {
  const found = findPackageJSON(name, import.meta.url);
  if (found === undefined) throw new OneError(CODE.INTERNAL, `The package ${name} is not installed with OneVault.`);
  return realpath(dirname(found));
}

const isProgram = (name: string): boolean =>
  name.endsWith(OWN_EXTENSION) && !/\.test\.ts$|[/-]contract\.ts$/.test(name);
const isRead = (name: string): boolean => !/\.(map|md|[cm]?ts)$/.test(name);

async function addTree(
  files: Map<string, string>,
  from: string,
  to: string,
  wanted: (path: string) => boolean,
): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const relative = path.slice(from.length + 1);
    if (entry.isFile() && wanted(`/${relative}`)) files.set(`${to}/${relative}`, path);
  }
}

async function found(program: string): Promise<string | undefined> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, program);
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) return realpath(path);
  }
  return undefined;
}

/** A directory of links to all that is in the parcel, which tar follows. `done` removes it. */
export async function staged({ sums, files }: Parcel): Promise<{ directory: string; done: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'onevault-parcel-'));
  for (const [to, from] of files) {
    await mkdir(dirname(join(directory, to)), { recursive: true });
    await symlink(from, join(directory, to));
  }
  await writeFile(join(directory, SUMS), sums);
  return { directory, done: () => rm(directory, { recursive: true, force: true }) };
}
