// The columns of `onevnet list`.
import type { XmlElement } from '../wire/xml-read.ts';
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

const columns: Array<Column<XmlElement>> = [
  { name: 'ID', width: 4, adjust: true, cell: (vnet) => vnet.textOf('ID') },
  { name: 'USER', width: 8, left: true, cell: (vnet) => vnet.textOf('UNAME') },
  { name: 'GROUP', width: 8, left: true, cell: (vnet) => vnet.textOf('GNAME') },
  { name: 'NAME', width: 15, left: true, expand: true, cell: (vnet) => vnet.textOf('NAME') },
  { name: 'CLUSTERS', width: 10, left: true, cell: (vnet) => idsIn(vnet, 'CLUSTERS').join(',') || '-' },
  { name: 'BRIDGE', width: 8, left: true, cell: (vnet) => vnet.textOf('BRIDGE') },
  { name: 'STATE', width: 6, left: true, cell: (vnet) => shortVnetState(vnet.textOf('STATE')) },
  { name: 'LEASES', width: 6, cell: (vnet) => vnet.textOf('USED_LEASES') },
  { name: 'OUTDATED', width: 4, cell: (vnet) => String(idsIn(vnet, 'OUTDATED_VMS').length) },
  { name: 'ERROR', width: 4, cell: (vnet) => String(idsIn(vnet, 'ERROR_VMS').length) },
  { name: 'UPDATED', width: 4, cell: (vnet) => String(idsIn(vnet, 'UPDATED_VMS').length) },
];
