// The columns of the table of groups; what their objects use stands beside them.
import type { GroupEntry, Quotas } from '../../api/documents.ts';
import type { TableColumn } from '../../parts/data-table.tsx';
import { mibText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { texts } from '../../texts/index.ts';

const { columns } = texts.groups;

/** A group as the table shows it. */
export interface GroupRow extends GroupEntry {
  quotas: Quotas | undefined;
}

const vmsOf = ({ quotas }: GroupRow): number => quotas?.VM_QUOTA.VM?.VMS_USED ?? 0;
const memoryOf = ({ quotas }: GroupRow): number => quotas?.VM_QUOTA.VM?.MEMORY_USED ?? 0;

export const GROUP_COLUMNS: ReadonlyArray<TableColumn<GroupRow>> = [
  { id: 'id', label: texts.common.id, value: ({ ID }) => ID, width: 60, from: 500 },
  {
    id: 'name',
    label: texts.common.name,
    value: ({ NAME }) => NAME,
    cell: ({ ID, NAME }) => (
      <ObjectLink noun="group" id={ID} inTable>
        {NAME}
      </ObjectLink>
    ),
    width: '2fr',
  },
  { id: 'users', label: columns.users, value: ({ USERS }) => USERS.ID.length, align: 'right', width: 90 },
  {
    id: 'admins',
    label: columns.admins,
    value: ({ ADMINS }) => ADMINS.ID.length,
    align: 'right',
    width: 130,
    from: 600,
  },
  { id: 'vms', label: columns.vms, value: vmsOf, align: 'right', width: 80, from: 500 },
  {
    id: 'memory',
    label: columns.memory,
    value: memoryOf,
    cell: (group) => mibText(memoryOf(group)),
    align: 'right',
    width: 110,
    from: 700,
  },
];
