// The columns of the table of networks.
import type { VnetEntry } from '../../api/documents.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { StateBadge, type Tone } from '../../parts/state-badge.tsx';
import { texts } from '../../texts/index.ts';

const { columns, states } = texts.networks;
const STATES: Readonly<Record<number, { word: keyof typeof states; tone: Tone }>> = {
  1: { word: 'ready', tone: 'good' },
  5: { word: 'error', tone: 'bad' },
};
const stateOf = (state: number): { word: keyof typeof states; tone: Tone } =>
  STATES[state] ?? { word: 'busy', tone: 'busy' };

export function NetworkState({ state }: { state: number }) {
  const { word, tone } = stateOf(state);
  return <StateBadge tone={tone}>{states[word]}</StateBadge>;
}

export const NETWORK_COLUMNS: ReadonlyArray<TableColumn<VnetEntry>> = [
  { id: 'id', label: texts.common.id, value: ({ ID }) => ID, width: 60, from: 500 },
  {
    id: 'name',
    label: texts.common.name,
    value: ({ NAME }) => NAME,
    cell: ({ ID, NAME }) => (
      <ObjectLink noun="vnet" id={ID} inTable>
        {NAME}
      </ObjectLink>
    ),
    width: '2fr',
  },
  {
    id: 'state',
    label: texts.common.state,
    value: ({ STATE }) => states[stateOf(STATE).word],
    cell: ({ STATE }) => <NetworkState state={STATE} />,
    width: 120,
    from: 700,
  },
  { id: 'bridge', label: columns.bridge, value: ({ BRIDGE }) => BRIDGE },
  {
    id: 'ranges',
    label: columns.ranges,
    value: ({ AR_POOL }) => AR_POOL.AR.length,
    align: 'right',
    width: 90,
    from: 800,
  },
  {
    id: 'leases',
    label: columns.leases,
    value: ({ USED_LEASES }) => USED_LEASES,
    align: 'right',
    width: 150,
    from: 500,
  },
  { id: 'owner', label: texts.common.owner, value: ({ UNAME }) => UNAME, width: 120, from: 700 },
];
