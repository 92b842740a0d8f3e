// The columns of `onecluster list`, and `onecluster show`.
import type { XmlElement } from '../wire/xml-read.ts';
import { idColumn, nameColumn } from './columns.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { idsIn, labels, page, templateLines, title } from './show.ts';

const MEMBERS = ['HOSTS', 'VNETS', 'DATASTORES'] as const;

export const clusterListing: Listing = {
  noun: NOUN.cluster,
  shown: ['ID', 'NAME', ...MEMBERS],
  filterFlag: false,
  columns: () => [
    { ...idColumn, width: 5 },
    nameColumn(25),
    ...MEMBERS.map((name) => ({
      name,
      description: `how many ${name.toLowerCase()} are in it`,
      width: name === 'DATASTORES' ? 10 : 5,
      cell: (cluster: XmlElement) => String(idsIn(cluster, name).length),
    })),
  ],
};

const line = labels(18);

export function clusterText(cluster: XmlElement): string {
  return page([
    title(`CLUSTER ${cluster.textOf('ID')} INFORMATION`),
    line('ID', cluster.textOf('ID')),
    line('NAME', cluster.textOf('NAME')),
    '',
    title('CLUSTER TEMPLATE'),
    ...templateLines(cluster.child('TEMPLATE')),
    ...MEMBERS.flatMap((name) => ['', name.padEnd(15), ...idsIn(cluster, name).map((id) => id.padEnd(15))]),
  ]);
}
