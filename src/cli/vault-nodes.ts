// `onevault nodes`: the control nodes that are up, and what each does.
import type { XmlElement } from '../wire/xml-read.ts';
import { documentText, DOCUMENT_OPTIONS, type DocumentOptions } from './document.ts';
import { Family } from './family.ts';
import { processIo, type Io } from './io.ts';
import { textCell } from './sections.ts';
import { table, type Column } from './table.ts';

const NAME = 'nodes';

/** Runs with the arguments after `nodes`; the exit status. */
export function main(argv: readonly string[]): Promise<number> {
  return vaultNodes(processIo()).main([NAME, ...argv]);
}

export function vaultNodes(io: Io): Family {
  const family = new Family('onevault', 'The control nodes', io);
  const description = 'The control nodes that are up: how to reach them, their leases, what they have to themselves';
  family.add<DocumentOptions>(
    { usage: NAME, description, options: DOCUMENT_OPTIONS },
    async (session, _args, given) => {
      const nodes = await session.client.document('system.nodes');
      session.io.write(documentText(nodes, given) ?? table(columns, nodes.children('NODE')));
    },
  );
  return family;
}

const columns: ReadonlyArray<Column<XmlElement>> = [
  { name: 'ID', width: 16, left: true, cell: textCell('ID') },
  { name: 'NAME', width: 16, left: true, cell: textCell('NAME') },
  { name: 'VERSION', width: 8, left: true, cell: textCell('VERSION') },
  { name: 'LEASE', width: 6, cell: lease },
  { name: 'RUNS', width: 5, cell: textCell('RUNS') },
  { name: 'HOSTS', width: 5, cell: (node) => String(dutiesOf(node, 'host:').length) },
  { name: 'STORES', width: 6, cell: (node) => String(dutiesOf(node, 'datastore:').length) },
  { name: 'MAIN', width: 4, cell: (node) => (dutiesOf(node, 'main').length > 0 ? 'yes' : '-') },
  { name: 'URL', width: 30, left: true, cell: textCell('URL') },
];

function lease(node: XmlElement): string {
  const seconds = node.textOf('LEASE');
  return seconds === '-1' ? '-' : `${seconds}s`;
}

function dutiesOf(node: XmlElement, kind: string): string[] {
  return node
    .children('DUTIES/DUTY')
    .map(({ text }) => text)
    .filter((duty) => duty.startsWith(kind));
}
