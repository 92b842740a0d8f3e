// The columns of `onecluster list`, and `onecluster show`.
import type { XmlElement } from '../wire/xml-read.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { idsIn, labels, page, templateLines, title } from './show.ts';

const MEMBERS = ['HOSTS', 'VNETS', 'DATASTORES'] as const;

export const clusterListing: Listing = {
  noun: NOUN.cluster,
  shown: ['ID', 'NAME', ...MEMBERS],
  filterFlag: false,
  columns: () => [
    { name: 'ID', width: 5, adjust: true, cell: (cluster) => cluster.textOf('ID') },
    { name: 'NAME', width: 25, left: true, expand: true, cell: (cluster) => cluster.textOf('NAME') },
    ...MEMBERS.map((name) => ({
      name,
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
