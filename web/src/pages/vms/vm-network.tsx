// The network interfaces of a VM.
import type { Attributes, Vm } from '../../api/documents.ts';
import { textOf } from '../../api/template-text.ts';
import { DataTable, type TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { texts } from '../../texts/index.ts';

const { network } = texts.vms;
const idOf = (nic: Attributes): string => textOf(nic, 'NIC_ID') ?? '';

const COLUMNS: ReadonlyArray<TableColumn<Attributes>> = [
  { id: 'id', label: network.id, value: (nic) => Number(idOf(nic)), width: 70 },
  { id: 'network', label: network.network, value: (nic) => textOf(nic, 'NETWORK') ?? '', width: '2fr' },
  { id: 'ip', label: network.ip, value: (nic) => textOf(nic, 'IP') ?? textOf(nic, 'IP6') ?? '' },
  { id: 'mac', label: network.mac, value: (nic) => textOf(nic, 'MAC') ?? '', from: 600 },
];

export function VmNetwork({ vm }: { vm: Vm }) {
  const nics = vm.TEMPLATE.NIC;
  if (nics.length === 0) return <Empty title={network.none}>{network.noneHint}</Empty>;
  return (
    <DataTable label={texts.vms.tabs.network} rows={nics} columns={COLUMNS} idOf={idOf} nameOf={idOf} height={360} />
  );
}
