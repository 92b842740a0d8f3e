// The addresses of a network that are in use; those that are held can be released.
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import type { Vnet } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { PartTable } from '../../parts/part-table.tsx';
import { texts } from '../../texts/index.ts';
import { Hold } from './hold.tsx';
import { isHeld, leaseRows, type LeaseRow } from './leases.ts';
import { leaseTemplate } from './network-draft.ts';

const { leases: words, actions } = texts.networks;
const holderOf = ({ vmId }: LeaseRow): string => {
  if (vmId === undefined) return texts.common.nothing;
  return vmId < 0 ? words.held : words.vm(vmId);
};

const COLUMNS: ReadonlyArray<TableColumn<LeaseRow>> = [
  { id: 'range', label: words.range, value: ({ rangeId }) => rangeId, width: 80, from: 500 },
  { id: 'address', label: words.address, value: ({ address }) => address, width: '2fr' },
  { id: 'mac', label: words.mac, value: ({ mac }) => mac, width: 170, from: 600 },
  {
    id: 'holder',
    label: words.holder,
    value: holderOf,
    cell: (row) =>
      row.vmId === undefined || isHeld(row) ? (
        holderOf(row)
      ) : (
        <ObjectLink noun="vm" id={row.vmId} inTable>
          {holderOf(row)}
        </ObjectLink>
      ),
    width: 120,
  },
];

export function LeaseTable({ network }: { network: Vnet }) {
  const [holding, setHolding] = useState(false);
  const { ID: id, AR_POOL } = network;
  const rows = useMemo(() => leaseRows(AR_POOL.AR), [AR_POOL]);
  const releases = useMemo(() => [release(id)], [id]);
  return (
    <>
      <PartTable
        label={words.list}
        of={{ noun: 'vnet', id }}
        rows={rows}
        columns={COLUMNS}
        idOf={({ mac }) => mac}
        nameOf={({ address }) => address}
        actions={releases}
        buttons={[{ label: actions.hold, method: 'one.vn.hold', needs: 'MANAGE', onClick: () => setHolding(true) }]}
        empty={<Empty title={words.empty}>{words.emptyHint}</Empty>}
      />
      {holding && <Hold network={network} onClose={() => setHolding(false)} />}
    </>
  );
}

function release(id: number): Action<LeaseRow> {
  return {
    ...{ id: 'release', label: actions.release, method: 'one.vn.release', needs: 'MANAGE' },
    refused: (row) => (isHeld(row) ? undefined : actions.notHeld),
    confirm: () => ({ title: words.releaseTitle, text: words.releaseText, button: actions.release }),
    run: ({ mac }) => call('one.vn.release', { id, template: leaseTemplate(mac) ?? '' }),
  };
}
