// The disks of a VM, which come and go while it runs or is off.
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import type { Vm } from '../../api/documents.ts';
import { textOf } from '../../api/template-text.ts';
import type { Action } from '../../parts/actions.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { mibText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { PartTable } from '../../parts/part-table.tsx';
import { texts } from '../../texts/index.ts';
import { AttachDisk } from './attach.tsx';
import { canHotplug } from './state.ts';

type Disk = Vm['TEMPLATE']['DISK'][number];

const { storage, actions } = texts.vms;
const idOf = (disk: Disk): string => textOf(disk, 'DISK_ID') ?? '';
const imageOf = (disk: Disk): string => textOf(disk, 'IMAGE') ?? storage.volatile;

const COLUMNS: ReadonlyArray<TableColumn<Disk>> = [
  { id: 'id', label: storage.id, value: (disk) => Number(idOf(disk)), width: 70 },
  {
    id: 'image',
    label: storage.image,
    value: imageOf,
    cell: (disk) => {
      const id = textOf(disk, 'IMAGE_ID');
      if (id === undefined) return imageOf(disk);
      return (
        <ObjectLink noun="disk" id={Number(id)} inTable>
          {imageOf(disk)}
        </ObjectLink>
      );
    },
    width: '2fr',
  },
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
  const [attaching, setAttaching] = useState(false);
  const refused = canHotplug(vm) ? undefined : actions.notHotplug;
  const detaches = useMemo(() => [detach(vm.ID, refused)], [vm.ID, refused]);
  return (
    <>
      <PartTable
        label={texts.vms.tabs.storage}
        of={{ noun: 'vm', id: vm.ID }}
        rows={vm.TEMPLATE.DISK}
        columns={COLUMNS}
        idOf={idOf}
        nameOf={(disk) => storage.disk(idOf(disk))}
        actions={detaches}
        buttons={[
          {
            ...{ label: storage.attach, method: 'one.vm.attach', needs: 'MANAGE', refused },
            onClick: () => setAttaching(true),
          },
        ]}
        empty={<Empty title={storage.none}>{storage.noneHint}</Empty>}
        height={360}
      />
      {attaching && <AttachDisk vm={vm} onClose={() => setAttaching(false)} />}
    </>
  );
}

/** One at a time: the machine is busy until the one before it is gone. */
function detach(id: number, refused: string | undefined): Action<Disk> {
  return {
    ...{ id: 'detach', label: storage.detach, method: 'one.vm.detach', needs: 'MANAGE', dangerous: true, single: true },
    refused: () => refused,
    confirm: () => ({ title: storage.detachTitle, text: storage.detachText, button: storage.detach }),
    run: (disk) => call('one.vm.detach', { id, diskId: Number(idOf(disk)) }),
  };
}
