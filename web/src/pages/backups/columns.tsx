// The columns of the table of backups.
import type { TableColumn } from '../../parts/data-table.tsx';
import { mibText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { backupState, type BackupRow } from './state.ts';

const { columns, states, goneVm } = texts.backups;

export const BACKUP_COLUMNS: ReadonlyArray<TableColumn<BackupRow>> = [
  { id: 'id', label: texts.common.id, value: ({ id }) => id, width: 80, from: 700 },
  {
    id: 'name',
    label: texts.common.name,
    value: ({ name }) => name,
    cell: ({ id, name }) => (
      <ObjectLink noun="image" id={id} inTable>
        {name}
      </ObjectLink>
    ),
    width: '2fr',
  },
  {
    id: 'vm',
    label: columns.vm,
    value: ({ vm, vmId }) => (vm === '' ? goneVm(vmId) : vm),
    cell: ({ vm, vmId }) => {
      if (vmId < 0) return texts.common.nothing;
      if (vm === '') return goneVm(vmId);
      return (
        <ObjectLink noun="vm" id={vmId} inTable>
          {vm}
        </ObjectLink>
      );
    },
    width: '2fr',
    from: 560,
  },
  {
    id: 'datastore',
    label: columns.datastore,
    value: ({ image }) => image.DATASTORE,
    cell: ({ image }) => (
      <ObjectLink noun="datastore" id={image.DATASTORE_ID} inTable>
        {image.DATASTORE}
      </ObjectLink>
    ),
    from: 800,
  },
  { id: 'points', label: columns.points, value: ({ points }) => points, align: 'right', width: 80, from: 640 },
  {
    id: 'size',
    label: columns.size,
    value: ({ image }) => image.SIZE,
    cell: ({ image }) => mibText(image.SIZE),
    align: 'right',
    width: 100,
    from: 500,
  },
  {
    id: 'newest',
    label: columns.newest,
    value: ({ newest }) => newest,
    cell: ({ newest }) => <Moment at={newest} />,
    width: 120,
  },
  {
    id: 'state',
    label: texts.common.state,
    value: ({ image }) => states[backupState(image).word],
    cell: ({ image }) => {
      const { word, tone } = backupState(image);
      return <StateBadge tone={tone}>{states[word]}</StateBadge>;
    },
    width: 130,
    from: 480,
  },
];
