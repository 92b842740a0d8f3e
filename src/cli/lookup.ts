// From what a user types to ids: numbers, names, ranges. A name costs one call for the pool, a number none.
import type { Value } from '../wire/xmlrpc.ts';
import type { Client } from './client.ts';
import { Failure } from './failure.ts';

export interface Noun {
  /** How messages call it. */
  rname: string;
  /** Element of one object in the pool document. */
  element: string;
  pool: string;
  poolParams: readonly Value[];
}

const ALL = [-2, -1, -1];

export const NOUN = {
  vm: { rname: 'VM', element: 'VM', pool: 'vmpool.info', poolParams: [...ALL, -1] },
  image: { rname: 'IMAGE', element: 'IMAGE', pool: 'imagepool.info', poolParams: ALL },
  template: { rname: 'VMTEMPLATE', element: 'VMTEMPLATE', pool: 'templatepool.info', poolParams: ALL },
  datastore: { rname: 'DATASTORE', element: 'DATASTORE', pool: 'datastorepool.info', poolParams: [] },
  host: { rname: 'HOST', element: 'HOST', pool: 'hostpool.info', poolParams: [] },
  cluster: { rname: 'CLUSTER', element: 'CLUSTER', pool: 'clusterpool.info', poolParams: [] },
  user: { rname: 'USER', element: 'USER', pool: 'userpool.info', poolParams: [] },
  group: { rname: 'GROUP', element: 'GROUP', pool: 'grouppool.info', poolParams: [] },
  vnet: { rname: 'VNET', element: 'VNET', pool: 'vnpool.info', poolParams: ALL },
  acl: { rname: 'ACL', element: 'ACL', pool: 'acl.info', poolParams: [] },
  backupJob: { rname: 'BACKUPJOB', element: 'BACKUPJOB', pool: 'backupjobpool.info', poolParams: ALL },
  zone: { rname: 'ZONE', element: 'ZONE', pool: 'zonepool.info', poolParams: [] },
} as const satisfies Record<string, Noun>;

/** The call that does something to one object, `vm.rename` for a noun whose pool is `vmpool.info`. */
export function methodOf(noun: Noun, verb: string): string {
  return `${noun.pool.replace(/pool\.info$/, '')}.${verb}`;
}

/** What usage lines call an object. */
export function wordOf(noun: Noun): string {
  return noun.rname === 'VMTEMPLATE' ? 'template' : noun.rname.toLowerCase();
}

type Names = Array<{ id: number; name: string }>;

/** The id of one object given by number or name. Throws Failure when the name fits none or several. */
export async function idOf(client: Client, noun: Noun, given: string): Promise<number> {
  return isId(given) ? Number(given) : named(await poolNames(client, noun), noun, given);
}

/** The ids of a comma list that mixes numbers, ranges (`8..15`) and names, without duplicates. */
export async function idsOf(client: Client, noun: Noun, given: string): Promise<number[]> {
  const parts = given.split(',');
  const names = parts.every((part) => RANGE.test(part)) ? [] : await poolNames(client, noun);
  return [...new Set(parts.flatMap((part) => rangeOf(part) ?? [named(names, noun, part)]))];
}

const RANGE = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/;
const MOST_IDS = 1_000_000;

/** The ids of a number or a range, undefined when it is neither. A range that goes down is empty. */
function rangeOf(part: string): number[] | undefined {
  const range = RANGE.exec(part);
  if (!range) return undefined;
  const first = Number(range[1]);
  const last = Number(range[2] ?? range[1]);
  if (last - first > MOST_IDS) throw new Failure(`The range ${part} has more than ${MOST_IDS} ids.`);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function isId(text: string): boolean {
  return /^\d{1,9}$/.test(text);
}

async function poolNames(client: Client, noun: Noun): Promise<Names> {
  const pool = await client.document(noun.pool, ...noun.poolParams);
  return pool
    .children(noun.element)
    .map((element) => ({ id: Number(element.textOf('ID')), name: element.textOf('NAME') }));
}

function named(names: Names, noun: Noun, wanted: string): number {
  const [match, other] = names.filter(({ name }) => name === wanted);
  if (!match) throw new Failure(`${noun.rname} named ${wanted} not found.`);
  if (other) throw new Failure(`There are multiple ${noun.rname}s with name ${wanted}; use one of their ids.`);
  return match.id;
}

/** The filter flag of pool calls: a word, a user's id or a user's name; all without one. */
export async function filterFlag(client: Client, given: string | undefined): Promise<number> {
  switch (given) {
    case undefined:
    case 'a':
    case 'all':
      return -2;
    case 'm':
    case 'mine':
      return -3;
    case 'g':
    case 'group':
      return -1;
    case 'G':
      return -4;
    default:
      return idOf(client, NOUN.user, given);
  }
}

/** Names of all clusters by id. */
export async function clusterNames(client: Client): Promise<ReadonlyMap<string, string>> {
  const names = await poolNames(client, NOUN.cluster);
  return new Map(names.map(({ id, name }) => [String(id), name]));
}
