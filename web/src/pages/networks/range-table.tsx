// The address ranges of a network: from where to where they go, and how much of them is in use.
import { useMemo, useState } from 'react';
import { call } from '../../api/call.ts';
import type { Vnet } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { PartTable } from '../../parts/part-table.tsx';
import { texts } from '../../texts/index.ts';
import { AddRange } from './add-range.tsx';
import { endsOf } from './leases.ts';

type Range = Vnet['AR_POOL']['AR'][number];

const { ranges: words, actions, form } = texts.networks;
const typeOf = ({ TYPE }: Range): string => (TYPE in form.types ? form.types[TYPE as keyof typeof form.types] : TYPE);

const COLUMNS: ReadonlyArray<TableColumn<Range>> = [
  { id: 'id', label: words.id, value: ({ AR_ID }) => AR_ID, width: 80 },
  { id: 'type', label: words.type, value: typeOf, width: 150, from: 700 },
  { id: 'first', label: words.first, value: (range) => endsOf(range).first, width: '2fr' },
  { id: 'last', label: words.last, value: (range) => endsOf(range).last, width: '2fr', from: 600 },
  { id: 'size', label: words.size, value: ({ SIZE }) => SIZE, align: 'right', width: 110, from: 500 },
  { id: 'used', label: words.used, value: ({ USED_LEASES }) => USED_LEASES, align: 'right', width: 80 },
];

export function RangeTable({ network }: { network: Vnet }) {
  const [adding, setAdding] = useState(false);
  const { ID: id } = network;
  const removes = useMemo(() => [remove(id)], [id]);
  return (
    <>
      <PartTable
        label={words.list}
        of={{ noun: 'vnet', id }}
        rows={network.AR_POOL.AR}
        columns={COLUMNS}
        idOf={({ AR_ID }) => AR_ID}
        nameOf={({ AR_ID }) => `${words.id} ${AR_ID}`}
        actions={removes}
        buttons={[{ label: actions.addRange, method: 'one.vn.add_ar', needs: 'ADMIN', onClick: () => setAdding(true) }]}
        empty={<Empty title={words.empty}>{words.emptyHint}</Empty>}
        height={360}
      />
      {adding && <AddRange network={network} onClose={() => setAdding(false)} />}
    </>
  );
}

function remove(id: number): Action<Range> {
  return {
    ...{ id: 'remove', label: actions.removeRange, method: 'one.vn.rm_ar', needs: 'ADMIN', dangerous: true },
    refused: ({ USED_LEASES }) => (USED_LEASES > 0 ? actions.inUse(USED_LEASES) : undefined),
    confirm: () => ({ title: words.removeTitle, text: words.removeText, button: actions.removeRange }),
    run: ({ AR_ID }) => call('one.vn.rm_ar', { id, rangeId: AR_ID }),
  };
}
