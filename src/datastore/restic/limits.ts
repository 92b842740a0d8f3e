// How much of the machine and the network restic may take, as the attributes of a datastore say. Pure: what must be put where is decided
// here and done elsewhere.
import { choice, wholeNumber, wrong } from './attributes.ts';
import type { Attributes } from './attributes.ts';
import type { Backend } from './place.ts';

/** restic's own for a local repository. */
const USUAL_CONNECTIONS = 2;
/** What may stay unused after a prune: to give back the rest would rewrite much for little. */
const USUAL_UNUSED = '5%';

/** What the kernel enforces for all programs of one datastore on this machine together. */
export interface Confinement {
  /** Hundredths of one processor. */
  cpuPercent?: number;
  memoryMb?: number;
  /** Operations a second on the device that has the repository. */
  readIops?: number;
  writeIops?: number;
}

/** nice and ionice, put before the command. */
export function prefixOf(attributes: Attributes): string[] {
  const nice = wholeNumber(attributes, 'RESTIC_NICE', -19, 19);
  const ionice = wholeNumber(attributes, 'RESTIC_IONICE', 0, 7);
  return [
    ...(nice === undefined ? [] : ['nice', '-n', String(nice)]),
    ...(ionice === undefined ? [] : ['ionice', '-c', '2', '-n', String(ionice)]),
  ];
}

/** Compression, connections and bandwidth. */
export function loadOptions(attributes: Attributes, backend: Backend): string[] {
  const compression = choice(attributes, 'RESTIC_COMPRESSION', ['auto', 'off', 'max']);
  const connections = wholeNumber(attributes, 'RESTIC_CONNECTIONS', 1, 64);
  const kibPerSec = wholeNumber(attributes, 'RESTIC_BWLIMIT', 1, 1_000_000_000);
  return [
    ...(compression === undefined ? [] : ['--compression', compression]),
    ...(connections === undefined ? [] : ['-o', `${backend.toLowerCase()}.connections=${connections}`]),
    ...(kibPerSec === undefined ? [] : ['--limit-upload', `${kibPerSec}`, '--limit-download', `${kibPerSec}`]),
  ];
}

/** Whether more is under way at once than restic does by itself in a directory. */
export function manyConnections(attributes: Attributes): boolean {
  return (wholeNumber(attributes, 'RESTIC_CONNECTIONS', 1, 64) ?? 0) > USUAL_CONNECTIONS;
}

export function pruneOptionsOf(attributes: Attributes): string[] {
  const unused = attributes['RESTIC_PRUNE_MAX_UNUSED']?.toLowerCase() || USUAL_UNUSED;
  if (!/^(\d{1,15}[kmgt]?|\d{1,2}(\.\d{1,3})?%|unlimited)$/.test(unused)) {
    throw wrong(
      attributes,
      'RESTIC_PRUNE_MAX_UNUSED',
      'must be a size (1000, 500M, 2G), a share below 100% (5%) or unlimited',
    );
  }
  const repack = attributes['RESTIC_PRUNE_MAX_REPACK']?.toLowerCase() ?? '';
  if (repack !== '' && !/^\d{1,15}[kmgt]?$/.test(repack)) {
    throw wrong(attributes, 'RESTIC_PRUNE_MAX_REPACK', 'must be a size, such as 1000, 500M or 2G');
  }
  return ['--max-unused', unused, ...(repack === '' ? [] : ['--max-repack-size', repack])];
}

/** The limits that are asked for; none is an empty object. */
export function confinementOf(attributes: Attributes): Confinement {
  const quota = (attributes['RESTIC_CPU_QUOTA'] ?? '').replace(/%$/, '');
  const cpuPercent = wholeNumber({ RESTIC_CPU_QUOTA: quota }, 'RESTIC_CPU_QUOTA', 1, 100_000);
  const memoryMb = wholeNumber(attributes, 'RESTIC_MEMORY_MAX_MB', 64, 10_000_000);
  const readIops = wholeNumber(attributes, 'RESTIC_MAX_RIOPS', 1, 1_000_000_000);
  const writeIops = wholeNumber(attributes, 'RESTIC_MAX_WIOPS', 1, 1_000_000_000);
  return {
    ...(cpuPercent === undefined ? {} : { cpuPercent }),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(readIops === undefined ? {} : { readIops }),
    ...(writeIops === undefined ? {} : { writeIops }),
  };
}
