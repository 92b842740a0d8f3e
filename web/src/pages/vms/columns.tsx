// The columns of the table of VMs.
import type { VmEntry } from '../../api/documents.ts';
import { textOf } from '../../api/template-text.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { mibText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { texts } from '../../texts/index.ts';
import { vmState } from './state.ts';

const { columns, states } = texts.vms;

export const VM_COLUMNS: ReadonlyArray<TableColumn<VmEntry>> = [
  { id: 'id', label: texts.common.id, value: (vm) => vm.ID, width: 80, from: 500 },
  {
    id: 'name',
    label: texts.common.name,
    value: (vm) => vm.NAME,
    cell: (vm) => (
      <ObjectLink noun="vm" id={vm.ID} inTable>
        {vm.NAME}
      </ObjectLink>
    ),
    width: '2fr',
  },
  {
    id: 'state',
    label: texts.common.state,
    value: (vm) => states[vmState(vm).word],
    cell: (vm) => {
      const { word, tone } = vmState(vm);
      return <StateBadge tone={tone}>{states[word]}</StateBadge>;
    },
    width: 140,
  },
  { id: 'host', label: columns.host, value: (vm) => vm.HISTORY_RECORDS.HISTORY?.HOSTNAME ?? '', from: 700 },
  {
    id: 'memory',
    label: columns.memory,
    value: (vm) => Number(vm.TEMPLATE.MEMORY ?? 0),
    cell: (vm) => mibText(Number(vm.TEMPLATE.MEMORY ?? 0)),
    align: 'right',
    width: 100,
    from: 900,
  },
  { id: 'disks', label: columns.disks, value: (vm) => vm.TEMPLATE.DISK.length, align: 'right', width: 80, from: 1000 },
  {
    id: 'ip',
    label: columns.ip,
    value: (vm) =>
      vm.TEMPLATE.NIC.map((nic) => textOf(nic, 'IP') ?? '')
        .filter((ip) => ip !== '')
        .join(', '),
    from: 900,
  },
  { id: 'owner', label: columns.owner, value: (vm) => vm.UNAME, from: 700 },
];
