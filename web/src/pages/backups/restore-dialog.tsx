// The way back from a backup: as a new machine, as one that runs at once, or in place; with what would come of it, as the daemon says.
import { Checkbox, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { Image } from '../../api/documents.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { pointsOf } from '../../parts/points.ts';
import { texts } from '../../texts/index.ts';
import { chosenPoint, PointPicker } from './point-picker.tsx';
import { RestorePlan } from './restore-plan.tsx';
import type { RestoreWish, Way } from './restore-wish.ts';
import { useImageDatastores, useRestore, useRestorePlan, useWays } from './use-restore.ts';

const { restore: words } = texts.backups;
const ALL = -1;
const TYPING_MS = 400;

type Change = (change: Partial<RestoreWish>) => void;

interface FieldsProps {
  wish: RestoreWish;
  change: Change;
}

export function RestoreDialog({ image, point, onClose }: { image: Image; point: number; onClose: () => void }) {
  const points = pointsOf(image);
  const ways = useWays(image);
  const datastores = useImageDatastores();
  const [given, setGiven] = useState<RestoreWish>(() => ({
    ...{ way: 'fresh', point: chosenPoint(points, point)?.id ?? ALL, datastoreId: ALL, name: '', disk: ALL },
    ...{ nics: 'keep', noConfig: false, force: false },
  }));
  const change: Change = (changed) => setGiven((before) => ({ ...before, ...changed }));
  const way = ways.includes(given.way) ? given.way : (ways[0] ?? 'fresh');
  const datastoreId = given.datastoreId === ALL ? (datastores?.[0]?.ID ?? ALL) : given.datastoreId;
  const wish: RestoreWish = { ...given, way, datastoreId };
  const [name] = useDebouncedValue(wish.name, TYPING_MS);
  const { plan, error } = useRestorePlan(image, { ...wish, name });
  const restore = useRestore(image, wish);
  return (
    <FormDialog
      title={words.title(image.NAME)}
      button={words.button}
      isReady={() => way === 'place' || datastoreId !== ALL}
      submit={restore}
      onClose={onClose}
      size="xl"
    >
      <Ways ways={ways} way={way} onChange={(chosen) => change({ way: chosen })} />
      <PointPicker label={words.point} points={points} value={wish.point} onChange={(id) => change({ point: id })} />
      {way !== 'place' && (
        <>
          <Select
            label={words.datastore}
            description={words.datastoreHint}
            data={(datastores ?? []).map(({ ID, NAME }) => ({ value: String(ID), label: NAME }))}
            value={datastoreId === ALL ? null : String(datastoreId)}
            onChange={(value) => change({ datastoreId: Number(value ?? ALL) })}
            error={datastores?.length === 0 && words.noDatastore}
            allowDeselect={false}
          />
          <TextInput
            label={words.name}
            description={words.nameHint}
            value={wish.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
        </>
      )}
      {way !== 'instant' && <Disks image={image} wish={wish} change={change} />}
      {way === 'place' ? (
        <Checkbox
          label={words.force}
          description={words.forceHint}
          checked={wish.force}
          onChange={(event) => change({ force: event.currentTarget.checked })}
        />
      ) : (
        (way === 'instant' || wish.disk === ALL) && <OfTemplate wish={wish} change={change} />
      )}
      {error === null ? plan && <RestorePlan plan={plan} /> : <ErrorNote error={error} />}
    </FormDialog>
  );
}

function Ways({ ways, way, onChange }: { ways: readonly Way[]; way: Way; onChange: (way: Way) => void }) {
  return (
    <Radio.Group label={words.how} value={way} onChange={(value) => onChange(ways.find((one) => one === value) ?? way)}>
      <Stack gap="xs" mt={4}>
        {ways.map((one) => (
          <Radio key={one} value={one} label={words.ways[one]} description={words.wayHints[one]} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function Disks({ image, wish, change }: FieldsProps & { image: Image }) {
  const ids = image.BACKUP_DISK_IDS?.ID ?? [];
  return (
    <Select
      label={words.disk}
      description={wish.way === 'place' ? words.diskHintPlace : words.diskHint}
      data={[
        { value: String(ALL), label: words.allDisks },
        ...ids.map((id) => ({ value: String(id), label: words.diskOf(id) })),
      ]}
      value={String(wish.disk)}
      onChange={(value) => change({ disk: Number(value ?? ALL) })}
      allowDeselect={false}
    />
  );
}

/** What only a template has. */
function OfTemplate({ wish, change }: FieldsProps) {
  const nics = ['keep', 'noIp', 'noNic'] as const;
  return (
    <>
      <Select
        label={words.nics}
        description={words.nicsHint}
        data={nics.map((value) => ({ value, label: words.nicWays[value] }))}
        value={wish.nics}
        onChange={(value) => change({ nics: nics.find((one) => one === value) ?? 'keep' })}
        allowDeselect={false}
      />
      <Checkbox
        label={words.noConfig}
        description={words.noConfigHint}
        checked={wish.noConfig}
        onChange={(event) => change({ noConfig: event.currentTarget.checked })}
      />
    </>
  );
}
