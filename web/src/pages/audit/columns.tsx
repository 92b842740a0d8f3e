// The columns of the audit log: who asked for which change, and what became of it.
import type { Audit } from '../../api/documents.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { PATHS, type Shown } from '../../parts/paths.ts';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';

const words = texts.audit;

export const COLUMNS: ReadonlyArray<TableColumn<Audit>> = [
  {
    id: 'time',
    label: words.columns.time,
    value: ({ TIME }) => TIME,
    cell: ({ TIME }) => <Moment at={TIME} as="date" />,
    width: 150,
  },
  { id: 'user', label: words.columns.user, value: whoText },
  { id: 'method', label: words.columns.method, value: ({ METHOD }) => METHOD, width: '2fr' },
  {
    id: 'object',
    label: words.columns.object,
    value: ({ OBJECT }) => OBJECT,
    cell: ({ OBJECT }) => <Linked object={OBJECT} />,
    from: 560,
  },
  { id: 'told', label: words.columns.told, value: toldText, width: '2fr', from: 1100 },
  { id: 'outcome', label: words.columns.outcome, value: outcomeText, from: 460 },
  { id: 'from', label: words.columns.from, value: ({ FROM }) => FROM, from: 760 },
  { id: 'by', label: words.columns.by, value: ({ BY }) => BY, from: 900 },
  { id: 'node', label: words.columns.node, value: ({ NODE }) => NODE, from: 1300 },
  { id: 'seq', label: words.columns.seq, value: ({ SEQ }) => SEQ, align: 'right', width: 90, from: 1000 },
];

/** Kinds of objects in the log that have pages of their own. */
const PAGES = new Set<string>(Object.keys(PATHS).filter((noun) => noun !== 'image' && noun !== 'disk'));

/** Whether an image is a backup or a disk the log does not say. */
function Linked({ object }: { object: string }) {
  const [noun = '', id = ''] = object.split(':');
  if (!PAGES.has(noun)) return object;
  return (
    <ObjectLink noun={noun as Shown} id={Number(id)} inTable>
      {object}
    </ObjectLink>
  );
}

function whoText({ UID, USER }: Audit): string {
  if (UID >= 0) return USER;
  return USER === '' ? words.nobody : words.nobodyAs(USER);
}

function toldText({ ON, ATTRIBUTE }: Audit): string {
  const told = ON.map(({ NAME, VALUE }) => `${NAME}=${VALUE}`);
  return [...told, ...(ATTRIBUTE.length > 0 ? [words.attributes(ATTRIBUTE.join(', '))] : [])].join(', ');
}

function outcomeText({ ENDED, CODE, RESULT }: Audit): string {
  if (ENDED === 0) return words.notEnded;
  if (CODE !== 0) return words.failed(CODE);
  return RESULT === -1 ? words.done : words.made(RESULT);
}
