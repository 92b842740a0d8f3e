// What OpenNebula says of its backup datastores, backup images and machines: the documents of `onedatastore show -x`, `oneimage list -x`
// and `onevm show -x`, read into records. Pure. What is not as OpenNebula writes it is an error that names the element.
import type { Attributes } from '../model/attributes.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { IMAGE_TYPE } from '../model/image.ts';
import { attributesOf } from '../wire/template-xml.ts';
import { readXml, type XmlElement } from '../wire/xml-read.ts';

export interface NebulaDatastore {
  id: number;
  name: string;
  dsMad: string;
  /** 3 is a backup datastore. */
  type: number;
  basePath: string;
  template: Attributes;
}

export interface NebulaIncrement {
  id: number;
  parentId: number;
  type: 'FULL' | 'INCREMENT';
  /** Epoch seconds. */
  date: number;
  source: string;
}

export interface NebulaImage {
  id: number;
  name: string;
  uname: string;
  gname: string;
  /** Permission bits, owner's USE the highest. */
  octet: number;
  state: number;
  format: string;
  datastoreId: number;
  /** The machine it is of; undefined when the document does not say. */
  vmId: number | undefined;
  /** The backup job whose repository has it. */
  jobId: number | undefined;
  /** Empty for an image that is one full backup. */
  increments: NebulaIncrement[];
  source: string;
  regtime: number;
}

export interface NebulaVm {
  id: number;
  name: string;
  /** Increments of its chain are being merged. */
  flattening: boolean;
  /** Image of the chain that its next backup goes on with, -1 for none. */
  chainImageId: number;
}

export interface Documents {
  datastores: NebulaDatastore[];
  /** Backup images alone. */
  images: NebulaImage[];
  vms: NebulaVm[];
}

const POOLS: Record<string, string> = { DATASTORE_POOL: 'DATASTORE', IMAGE_POOL: 'IMAGE', VM_POOL: 'VM' };

/** Reads texts of one document or of several, one after the other; what is said of an object last counts. Throws OneError. */
export function readDocuments(texts: ReadonlyArray<{ name: string; text: string }>): Documents {
  const datastores = new Map<number, NebulaDatastore>();
  const images = new Map<number, NebulaImage>();
  const vms = new Map<number, NebulaVm>();
  for (const { name, text } of texts) {
    for (const element of elementsOf(name, text)) {
      const place = `${name}: ${element.name} ${element.textOf('ID') || '(without ID)'}`;
      if (element.name === 'DATASTORE') put(datastores, datastoreOf(element, place));
      else if (element.name === 'VM') put(vms, vmOf(element, place));
      else if (integer(element, 'TYPE', place) === IMAGE_TYPE.BACKUP) put(images, imageOf(element, place));
    }
  }
  return { datastores: sorted(datastores), images: sorted(images), vms: sorted(vms) };
}

function put<T extends { id: number }>(map: Map<number, T>, one: T): void {
  map.set(one.id, one);
}

function sorted<T extends { id: number }>(map: Map<number, T>): T[] {
  return [...map.values()].sort((a, b) => a.id - b.id);
}

/** The objects of a text, those in pools included. */
function elementsOf(name: string, text: string): XmlElement[] {
  const plain = text.replace(/^\uFEFF/, '').replace(/<\?xml[^>]*\?>/g, '');
  let root: XmlElement;
  try {
    root = readXml(`<ALL>${plain}</ALL>`);
  } catch (cause) {
    throw new OneError(CODE.ACTION, `${name} is no XML document: ${reasonOf(cause)}.`, { cause, hint: HINT });
  }
  return root.elements.flatMap((element) => {
    const inner = POOLS[element.name];
    if (inner !== undefined) return element.elements.filter((one) => one.name === inner);
    if (Object.values(POOLS).includes(element.name)) return [element];
    throw new OneError(
      CODE.ACTION,
      `${name} holds a ${element.name}; expected DATASTORE, IMAGE or VM, or a pool of those.`,
      { hint: HINT },
    );
  });
}

const HINT = 'Write it with onedatastore show -x, oneimage list -x, oneimage show -x or onevm show -x.';

function datastoreOf(element: XmlElement, place: string): NebulaDatastore {
  return {
    id: integer(element, 'ID', place),
    name: element.textOf('NAME'),
    dsMad: element.textOf('DS_MAD'),
    type: integer(element, 'TYPE', place),
    basePath: element.textOf('BASE_PATH'),
    template: attributesOf(element.child('TEMPLATE') ?? element),
  };
}

function imageOf(element: XmlElement, place: string): NebulaImage {
  const job = element.textOf('TEMPLATE/BACKUP_JOB_ID');
  const [vm] = element.children('VMS/ID');
  return {
    id: integer(element, 'ID', place),
    name: element.textOf('NAME'),
    uname: element.textOf('UNAME'),
    gname: element.textOf('GNAME'),
    octet: octetOf(element.child('PERMISSIONS')),
    state: integer(element, 'STATE', place),
    format: element.textOf('FORMAT'),
    datastoreId: integer(element, 'DATASTORE_ID', place),
    vmId: vm === undefined ? undefined : number(vm.text, 'VMS/ID', place),
    jobId: job === '' ? undefined : number(job, 'TEMPLATE/BACKUP_JOB_ID', place),
    increments: element.children('BACKUP_INCREMENTS/INCREMENT').map((one) => incrementOf(one, place)),
    source: element.textOf('SOURCE'),
    regtime: integer(element, 'REGTIME', place),
  };
}

function incrementOf(element: XmlElement, image: string): NebulaIncrement {
  const place = `${image}, INCREMENT ${element.textOf('ID')}`;
  const type = element.textOf('TYPE');
  if (type !== 'FULL' && type !== 'INCREMENT') {
    throw new OneError(CODE.ACTION, `${place}: TYPE="${type}" is not known; it must be FULL or INCREMENT.`);
  }
  return {
    id: integer(element, 'ID', place),
    parentId: integer(element, 'PARENT_ID', place),
    type,
    date: integer(element, 'DATE', place),
    source: element.textOf('SOURCE'),
  };
}

function vmOf(element: XmlElement, place: string): NebulaVm {
  const config = 'BACKUPS/BACKUP_CONFIG';
  const chain = element.textOf(`${config}/INCREMENTAL_BACKUP_ID`);
  return {
    id: integer(element, 'ID', place),
    name: element.textOf('NAME'),
    flattening: element.textOf(`${config}/ACTIVE_FLATTEN`) === 'YES',
    chainImageId: chain === '' ? -1 : number(chain, `${config}/INCREMENTAL_BACKUP_ID`, place),
  };
}

/** What OpenNebula gives a backup image when the document does not say. */
const USUAL_OCTET = 0o600;

function octetOf(permissions: XmlElement | undefined): number {
  if (!permissions) return USUAL_OCTET;
  const bits = ['OWNER_U', 'OWNER_M', 'OWNER_A', 'GROUP_U', 'GROUP_M', 'GROUP_A', 'OTHER_U', 'OTHER_M', 'OTHER_A'];
  return bits.reduce((octet, bit) => octet * 2 + (permissions.textOf(bit) === '1' ? 1 : 0), 0);
}

function integer(element: XmlElement, name: string, place: string): number {
  return number(element.textOf(name), name, place);
}

function number(given: string, name: string, place: string): number {
  if (/^-?\d{1,12}$/.test(given)) return Number(given);
  throw new OneError(CODE.ACTION, `${place}: ${name}="${given}" is not a number.`, { hint: HINT });
}
