// The network interfaces of a VM, which come and go while it runs or is off.
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import type { Attributes, Vm } from '../../api/documents.ts';
import { textOf } from '../../api/template-text.ts';
import type { Action } from '../../parts/actions.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { PartTable } from '../../parts/part-table.tsx';
import { texts } from '../../texts/index.ts';
import { AttachNic } from './attach.tsx';
import { canHotplug } from './state.ts';

const { network, actions } = texts.vms;
const idOf = (nic: Attributes): string => textOf(nic, 'NIC_ID') ?? '';
const networkOf = (nic: Attributes): string => textOf(nic, 'NETWORK') ?? '';

const COLUMNS: ReadonlyArray<TableColumn<Attributes>> = [
  { id: 'id', label: network.id, value: (nic) => Number(idOf(nic)), width: 70 },
  {
    id: 'network',
    label: network.network,
    value: networkOf,
    cell: (nic) => {
      const id = textOf(nic, 'NETWORK_ID');
      if (id === undefined) return networkOf(nic);
      return (
        <ObjectLink noun="vnet" id={Number(id)} inTable>
          {networkOf(nic)}
        </ObjectLink>
      );
    },
    width: '2fr',
  },
  { id: 'ip', label: network.ip, value: (nic) => textOf(nic, 'IP') ?? textOf(nic, 'IP6') ?? '' },
  { id: 'mac', label: network.mac, value: (nic) => textOf(nic, 'MAC') ?? '', from: 600 },
];

export function VmNetwork({ vm }: { vm: Vm }) {
  const [attaching, setAttaching] = useState(false);
  const refused = canHotplug(vm) ? undefined : actions.notHotplug;
  const detaches = useMemo(() => [detach(vm.ID, refused)], [vm.ID, refused]);
  return (
    <>
      <PartTable
        label={texts.vms.tabs.network}
        of={{ noun: 'vm', id: vm.ID }}
        rows={vm.TEMPLATE.NIC}
        columns={COLUMNS}
        idOf={idOf}
        nameOf={(nic) => network.nic(idOf(nic))}
        actions={detaches}
        buttons={[
          {
            ...{ label: network.attach, method: 'one.vm.attachnic', needs: 'MANAGE', refused },
            onClick: () => setAttaching(true),
          },
        ]}
        empty={<Empty title={network.none}>{network.noneHint}</Empty>}
        height={360}
      />
      {attaching && <AttachNic vm={vm} onClose={() => setAttaching(false)} />}
    </>
  );
}

/** One at a time: the machine is busy until the one before it is gone. */
function detach(id: number, refused: string | undefined): Action<Attributes> {
  return {
    ...{ id: 'detach', label: network.detach, method: 'one.vm.detachnic', needs: 'MANAGE' },
    ...{ dangerous: true, single: true },
    refused: () => refused,
    confirm: () => ({ title: network.detachTitle, text: network.detachText, button: network.detach }),
    run: (nic) => call('one.vm.detachnic', { id, nicId: Number(idOf(nic)) }),
  };
}
