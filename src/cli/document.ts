// A server's document as -x, -j and -y print it: XML indented by two blanks with its CDATA kept, or JSON or YAML in which every
// leaf is a string.
import type { XmlElement } from '../wire/xml-read.ts';
import { cdata, escapeText } from '../wire/xml-write.ts';
import { yamlText } from './yaml.ts';

export interface DocumentOptions {
  xml?: boolean;
  json?: boolean;
  yaml?: boolean;
}

export const DOCUMENT_OPTIONS = [
  ['-x, --xml', 'the document as XML'],
  ['-j, --json', 'the document as JSON'],
  ['-y, --yaml', 'the document as YAML'],
] as const;

/** The document in the form asked for, undefined when none was. */
export function documentText(root: XmlElement, options: DocumentOptions): string | undefined {
  if (options.json || options.yaml) {
    const document = { [root.name]: jsonOf(root, repeatable(root.name)) };
    return options.json ? `${JSON.stringify(document, null, 2)}\n` : yamlText(document);
  }
  return options.xml ? `${xmlLines(root, '').join('\n')}\n` : undefined;
}

function xmlLines(element: XmlElement, indent: string): string[] {
  const { name } = element;
  if (element.elements.length > 0) {
    return [
      `${indent}<${name}>`,
      ...element.elements.flatMap((child) => xmlLines(child, `${indent}  `)),
      `${indent}</${name}>`,
    ];
  }
  if (element.hasCdata) return [`${indent}<${name}>${cdata(element.text)}</${name}>`];
  return [`${indent}${element.text === '' ? `<${name}/>` : `<${name}>${escapeText(element.text)}</${name}>`}`];
}

// Elements that may repeat are lists even when they stand alone, as the original's schemas have it. Pools are not among them,
// VM_POOL excepted.
const IN_VM = [
  'DISK',
  'NIC',
  'NIC_ALIAS',
  'NUMA_NODE',
  'PCI',
  'SCHED_ACTION',
  'SECURITY_GROUP_RULE',
  'SNAPSHOT',
  'SNAPSHOTS',
  'HISTORY',
];
const REPEATABLE: Record<string, readonly string[]> = {
  VM: IN_VM,
  VM_POOL: [...IN_VM, 'VM'],
  IMAGE: ['SNAPSHOT', 'INCREMENT'],
  IMAGE_POOL: ['SNAPSHOT', 'INCREMENT'],
  HOST: ['DS', 'PCI', 'NODE', 'VM'],
  HOST_POOL: ['DS', 'PCI', 'NODE', 'VM'],
  USER: ['LOGIN_TOKEN'],
  BACKUPJOB: ['SCHED_ACTION'],
  BACKUPJOB_POOL: ['SCHED_ACTION'],
  VNET: ['AR', 'LEASE'],
  VNET_POOL: ['AR', 'LEASE'],
  HISTORY_RECORDS: IN_VM,
  RUN_POOL: ['RUN'],
  BACKUP_STATUS: ['RUN', 'BACKUP', 'VM'],
  PROTECTION_POOL: ['VM'],
  SUMMARY: ['DATASTORE'],
  NODES: ['NODE', 'DUTY'],
  RUN_FIGURES: ['DAY', 'VM'],
  CALENDAR: ['DAY', 'RUN', 'NEXT'],
  OCCURRENCES: ['OCCURRENCE'],
  ELIGIBILITY: ['OBSTACLE', 'DISK'],
  RESTORE_PLAN: ['DISK', 'NIC', 'STRIPPED', 'QUOTA', 'WARNING'],
  DATASTORE_FILL: ['POINT'],
  JOB_SELECTION: ['VM', 'ELSEWHERE', 'REFUSED', 'ID'],
};

function repeatable(root: string): ReadonlySet<string> {
  return new Set(REPEATABLE[root] ?? []);
}

/** What is left of a document's XML: texts, lists and elements. */
export type Json = string | Json[] | { [name: string]: Json };

function jsonOf(element: XmlElement, lists: ReadonlySet<string>): Json {
  if (element.elements.length === 0) return element.text === '' && !element.hasCdata ? {} : element.text;
  const groups = Object.groupBy(element.elements, (child) => child.name);
  return Object.fromEntries(
    Object.entries(groups).map(([name, children = []]): [string, Json] => {
      const values = children.map((child) => jsonOf(child, lists));
      const [only] = values;
      return [name, only !== undefined && values.length === 1 && !lists.has(name) ? only : values];
    }),
  );
}
