// The disks of a VM.
import type { Vm } from '../../api/documents.ts';
import { textOf } from '../../api/template-text.ts';
import { DataTable, type TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { mibText } from '../../parts/format.ts';
import { texts } from '../../texts/index.ts';

type Disk = Vm['TEMPLATE']['DISK'][number];

const { storage } = texts.vms;
const idOf = (disk: Disk): string => textOf(disk, 'DISK_ID') ?? '';

const COLUMNS: ReadonlyArray<TableColumn<Disk>> = [
  { id: 'id', label: storage.id, value: (disk) => Number(idOf(disk)), width: 70 },
  { id: 'image', label: storage.image, value: (disk) => textOf(disk, 'IMAGE') ?? disk.TYPE, width: '2fr' },
  { id: 'target', label: storage.target, value: (disk) => textOf(disk, 'TARGET') ?? '', from: 500 },
  { id: 'format', label: storage.format, value: (disk) => textOf(disk, 'FORMAT') ?? '', from: 700 },
  {
    id: 'size',
    label: storage.size,
    value: (disk) => Number(textOf(disk, 'SIZE') ?? 0),
    cell: (disk) => mibText(Number(textOf(disk, 'SIZE') ?? 0)),
    align: 'right',
  },
  {
    id: 'persistent',
    label: storage.persistent,
    value: (disk) => (textOf(disk, 'PERSISTENT') === 'YES' ? texts.common.yes : texts.common.no),
    from: 700,
  },
];

export function VmStorage({ vm }: { vm: Vm }) {
  const disks = vm.TEMPLATE.DISK;
  if (disks.length === 0) return <Empty title={storage.none}>{storage.noneHint}</Empty>;
  return (
    <DataTable label={texts.vms.tabs.storage} rows={disks} columns={COLUMNS} idOf={idOf} nameOf={idOf} height={360} />
  );
}
