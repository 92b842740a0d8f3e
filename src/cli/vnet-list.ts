// The columns of `onevnet list`.
import type { XmlElement } from '../wire/xml-read.ts';
import { groupColumn, idColumn, nameColumn, userColumn } from './columns.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { idsIn } from './show.ts';
import type { Column } from './table.ts';
import { shortVnetState } from './vnet-show.ts';

export const vnetListing: Listing = {
  noun: NOUN.vnet,
  shown: ['ID', 'USER', 'GROUP', 'NAME', 'CLUSTERS', 'BRIDGE', 'STATE', 'LEASES', 'OUTDATED', 'ERROR'],
  filterFlag: true,
  columns: () => columns,
};

/** How many VMs are in one of the lists that a network keeps of them. */
const countOf =
  (list: string) =>
  (vnet: XmlElement): string =>
    String(idsIn(vnet, list).length);

const columns: Array<Column<XmlElement>> = [
  idColumn,
  userColumn,
  groupColumn,
  nameColumn(15),
  {
    name: 'CLUSTERS',
    description: 'ids of its clusters',
    width: 10,
    left: true,
    cell: (vnet) => idsIn(vnet, 'CLUSTERS').join(',') || '-',
  },
  { name: 'BRIDGE', description: 'bridge on the hosts', width: 8, left: true, cell: (vnet) => vnet.textOf('BRIDGE') },
  {
    name: 'STATE',
    description: 'its state',
    width: 6,
    left: true,
    cell: (vnet) => shortVnetState(vnet.textOf('STATE')),
  },
  { name: 'LEASES', description: 'addresses in use', width: 6, cell: (vnet) => vnet.textOf('USED_LEASES') },
  { name: 'OUTDATED', description: 'VMs that do not have its changes yet', width: 4, cell: countOf('OUTDATED_VMS') },
  { name: 'ERROR', description: 'VMs that could not be given its changes', width: 4, cell: countOf('ERROR_VMS') },
  { name: 'UPDATED', description: 'VMs that have its changes', width: 4, cell: countOf('UPDATED_VMS') },
];
