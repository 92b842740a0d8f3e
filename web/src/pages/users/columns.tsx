// The columns of the table of users; what they use stands beside them.
import type { Quotas, UserEntry } from '../../api/documents.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { mibText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { texts } from '../../texts/index.ts';

const { columns, states } = texts.users;

/** A user as the table shows it. */
export interface UserRow extends UserEntry {
  quotas: Quotas | undefined;
}

export function UserState({ user: { ENABLED } }: { user: Pick<UserEntry, 'ENABLED'> }) {
  return ENABLED === 1 ? (
    <StateBadge tone="good">{states.enabled}</StateBadge>
  ) : (
    <StateBadge tone="calm">{states.disabled}</StateBadge>
  );
}

const vmsOf = ({ quotas }: UserRow): number => quotas?.VM_QUOTA.VM?.VMS_USED ?? 0;
const memoryOf = ({ quotas }: UserRow): number => quotas?.VM_QUOTA.VM?.MEMORY_USED ?? 0;

export const USER_COLUMNS: ReadonlyArray<TableColumn<UserRow>> = [
  { id: 'id', label: texts.common.id, value: ({ ID }) => ID, width: 60, from: 500 },
  {
    id: 'name',
    label: texts.common.name,
    value: ({ NAME }) => NAME,
    cell: ({ ID, NAME }) => (
      <ObjectLink noun="user" id={ID} inTable>
        {NAME}
      </ObjectLink>
    ),
    width: '2fr',
  },
  {
    id: 'group',
    label: columns.group,
    value: ({ GNAME }) => GNAME,
    cell: ({ GID, GNAME }) => (
      <ObjectLink noun="group" id={GID} inTable>
        {GNAME}
      </ObjectLink>
    ),
  },
  {
    id: 'state',
    label: texts.common.state,
    value: ({ ENABLED }) => (ENABLED === 1 ? states.enabled : states.disabled),
    cell: (user) => <UserState user={user} />,
    width: 130,
    from: 600,
  },
  { id: 'driver', label: columns.driver, value: ({ AUTH_DRIVER }) => AUTH_DRIVER, width: 120, from: 800 },
  { id: 'vms', label: columns.vms, value: vmsOf, align: 'right', width: 80, from: 500 },
  {
    id: 'memory',
    label: columns.memory,
    value: memoryOf,
    cell: (user) => mibText(memoryOf(user)),
    align: 'right',
    width: 110,
    from: 700,
  },
];
