// Putting the disks of a VM back to what they were at a point of one of its backups.
import { Alert, Select } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { objectQuery } from '../../api/queries.ts';
import { textOf } from '../../api/template-text.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { shortMoment } from '../../parts/format.ts';
import { texts } from '../../texts/index.ts';
import type { VmLike } from './actions.ts';
import { pointsOf } from '../../parts/points.ts';

const { restore } = texts.vms;
const ALL = '-1';

export function RestoreInPlace({ vm, onClose }: { vm: VmLike; onClose: () => void }) {
  const [image, setImage] = useState<string | null>(null);
  const [point, setPoint] = useState(ALL);
  const [disk, setDisk] = useState(ALL);
  const known = useQuery(objectQuery('vm', vm.ID, 'one.vm.info', { id: vm.ID })).data?.VM;
  const ids = known?.BACKUPS.BACKUP_IDS.ID ?? [];
  const images = useQueries({ queries: ids.map((id) => objectQuery('image', id, 'one.image.info', { id })) }).flatMap(
    ({ data }) => (data ? [data.IMAGE] : []),
  );
  const chosen = images.find(({ ID }) => String(ID) === image) ?? images.at(-1);
  return (
    <FormDialog
      title={`${restore.title}: ${vm.NAME}`}
      button={restore.button}
      isReady={() => chosen !== undefined}
      submit={() =>
        call('one.vm.restore', {
          ...{ id: vm.ID, imageId: chosen?.ID ?? -1, increment: Number(point), diskId: Number(disk) },
        })
      }
      onClose={onClose}
    >
      <Alert color="orange" variant="light">
        {restore.text}
      </Alert>
      <Select
        label={restore.image}
        data={images.map(({ ID, NAME }) => ({ value: String(ID), label: NAME }))}
        value={chosen ? String(chosen.ID) : null}
        onChange={setImage}
        allowDeselect={false}
        data-autofocus
      />
      <Select
        label={restore.point}
        data={[
          { value: ALL, label: restore.newest },
          ...(chosen ? pointsOf(chosen) : []).map(({ id, date, type }) => ({
            value: String(id),
            label: `${id}: ${shortMoment(date)}, ${type}`,
          })),
        ]}
        value={point}
        onChange={(value) => setPoint(value ?? ALL)}
        allowDeselect={false}
      />
      <Select
        label={restore.disk}
        data={[
          { value: ALL, label: restore.allDisks },
          ...(known?.TEMPLATE.DISK ?? []).map((each) => ({
            value: textOf(each, 'DISK_ID') ?? '',
            label: `${textOf(each, 'DISK_ID') ?? ''} (${textOf(each, 'TARGET') ?? ''})`,
          })),
        ]}
        value={disk}
        onChange={(value) => setDisk(value ?? ALL)}
        allowDeselect={false}
      />
    </FormDialog>
  );
}
