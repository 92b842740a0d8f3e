// Backing up now: where to, and what the daemon says that it would be before anything is done.
import { Alert, Checkbox, List, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import type { BackupPlan } from '../../api/documents.ts';
import { objectQuery, poolQuery } from '../../api/queries.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { mibText } from '../../parts/format.ts';
import { texts } from '../../texts/index.ts';
import type { VmLike } from './actions.ts';

const { now } = texts.vms.backup;
const BACKUP_DS = 3;
const NONE = -1;

export function BackupNow({ vm, onClose }: { vm: VmLike; onClose: () => void }) {
  const [chosen, setDatastore] = useState<number>();
  const [reset, setReset] = useState(false);
  const datastores = useQuery(poolQuery('datastore', 'one.datastorepool.info', {}));
  const backups = datastores.data?.DATASTORE_POOL.DATASTORE.filter(({ TYPE }) => TYPE === BACKUP_DS) ?? [];
  const config = useQuery(objectQuery('vm', vm.ID, 'one.vm.info', { id: vm.ID })).data?.VM.BACKUPS.BACKUP_CONFIG;
  const known = datastores.data !== undefined && config !== undefined;
  // without a chain there is nowhere that a backup would go by itself
  const first = (config?.INCREMENTAL_BACKUP_ID ?? NONE) >= 0 ? NONE : (backups[0]?.ID ?? NONE);
  const datastoreId = chosen ?? first;
  const plan = useQuery({
    ...objectQuery('vm', vm.ID, 'one.vm.backupplan', { id: vm.ID, datastoreId, reset }),
    enabled: known || chosen !== undefined,
  });
  return (
    <FormDialog
      title={`${now.title}: ${vm.NAME}`}
      button={now.button}
      submit={() => call('one.vm.backup', { id: vm.ID, datastoreId, reset })}
      onClose={onClose}
      size="lg"
    >
      <Select
        label={now.datastore}
        description={now.datastoreHint}
        data={[
          { value: String(NONE), label: now.asChain },
          ...backups.map(({ ID, NAME }) => ({ value: String(ID), label: NAME })),
        ]}
        value={String(datastoreId)}
        onChange={(value) => setDatastore(Number(value ?? NONE))}
        allowDeselect={false}
        data-autofocus
      />
      <Checkbox
        label={now.reset}
        description={now.resetHint}
        checked={reset}
        onChange={(event) => setReset(event.currentTarget.checked)}
      />
      {plan.error === null ? plan.data && <Preview plan={plan.data.BACKUP_PLAN} /> : <ErrorNote error={plan.error} />}
    </FormDialog>
  );
}

function Preview({ plan }: { plan: BackupPlan }) {
  return (
    <Alert title={`${now.preview}: ${plan.TYPE}`} color="blue" variant="light">
      <Stack gap="xs">
        <Text size="sm">{plan.REASON}</Text>
        <Text size="sm">{plan.LIVE === 1 ? now.live : now.off}</Text>
        <List size="sm">
          {plan.DISK.map(({ DISK_ID, TARGET, SIZE, DIRTY_MB }) => (
            <List.Item key={DISK_ID}>
              {now.disk(DISK_ID, TARGET)}: {mibText(SIZE)}
              {DIRTY_MB !== undefined && `, ${now.dirty(mibText(DIRTY_MB))}`}
            </List.Item>
          ))}
          {plan.LEFT_OUT.map((why) => (
            <List.Item key={why}>{why}</List.Item>
          ))}
        </List>
        {plan.DROP.length > 0 && (
          <>
            <Text size="sm">{now.drops}</Text>
            <List size="sm">
              {plan.DROP.map(({ IMAGE_ID, POINTS, REASON }) => (
                <List.Item key={`${IMAGE_ID} ${POINTS}`}>{REASON}</List.Item>
              ))}
            </List>
          </>
        )}
      </Stack>
    </Alert>
  );
}
