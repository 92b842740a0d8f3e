// The columns of the table of hosts.
import type { Host } from '../../api/documents.ts';
import { textOf } from '../../api/template-text.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { bytesText, percentText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { hostState } from './state.ts';

const { columns, states } = texts.hosts;
const KIB = 1024;
const usedCpu = ({ MONITORING, HOST_SHARE }: Host): number =>
  HOST_SHARE.MAX_CPU > 0 ? (MONITORING.CAPACITY?.USED_CPU ?? 0) / HOST_SHARE.MAX_CPU : 0;
const usedMemory = ({ MONITORING }: Host): number => (MONITORING.CAPACITY?.USED_MEMORY ?? 0) * KIB;
const seenAt = ({ MONITORING }: Host): number => MONITORING.TIMESTAMP ?? 0;

export function HostStateBadge({ host }: { host: Host }) {
  const { state, tone } = hostState(host.STATE);
  return (
    <StateBadge tone={tone} reason={textOf(host.TEMPLATE, 'ERROR')}>
      {states[state]}
    </StateBadge>
  );
}

export const HOST_COLUMNS: ReadonlyArray<TableColumn<Host>> = [
  { id: 'id', label: texts.common.id, value: ({ ID }) => ID, width: 60, from: 500 },
  {
    id: 'name',
    label: texts.common.name,
    value: ({ NAME }) => NAME,
    cell: ({ ID, NAME }) => (
      <ObjectLink noun="host" id={ID} inTable>
        {NAME}
      </ObjectLink>
    ),
    width: '2fr',
  },
  {
    id: 'state',
    label: texts.common.state,
    value: ({ STATE }) => states[hostState(STATE).state],
    cell: (host) => <HostStateBadge host={host} />,
    width: 170,
  },
  { id: 'cluster', label: columns.cluster, value: ({ CLUSTER }) => CLUSTER, from: 800 },
  { id: 'vms', label: columns.vms, value: ({ VMS }) => VMS.ID.length, align: 'right', width: 70 },
  {
    id: 'cpu',
    label: columns.cpu,
    value: usedCpu,
    cell: (host) => percentText(usedCpu(host)),
    align: 'right',
    width: 110,
    from: 600,
  },
  {
    id: 'memory',
    label: columns.memory,
    value: usedMemory,
    cell: (host) => bytesText(usedMemory(host)),
    align: 'right',
    width: 140,
    from: 700,
  },
  {
    id: 'seen',
    label: columns.seen,
    value: seenAt,
    cell: (host) => <Moment at={seenAt(host)} />,
    width: 130,
    from: 900,
  },
];
