// The fields of a disk and of a NIC: of a VM that is made, or that has them attached.
import { Alert, NativeSelect, NumberInput, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { poolQuery } from '../../api/queries.ts';
import { AttributeLabel } from '../../parts/attribute-label.tsx';
import { mibText } from '../../parts/format.ts';
import { texts } from '../../texts/index.ts';
import { forDisks, type DiskDraft, type DiskErrors, type NicDraft, type NicErrors } from './vm-draft.ts';

const { form: words } = texts.vms;
const EVERYTHING = { filter: -2, from: -1, to: -1 };
const FILE_SYSTEMS = ['ext4', 'ext3', 'ext2'];

interface DiskProps {
  disk: DiskDraft;
  errors: DiskErrors;
  onChange: (disk: DiskDraft) => void;
}

export function DiskFields({ disk, errors, onChange }: DiskProps) {
  const set = (change: Partial<DiskDraft>): void => onChange({ ...disk, ...change });
  const isVolatile = disk.kind === 'volatile';
  return (
    <>
      <NativeSelect
        label={words.kind}
        description={words.kindHint}
        data={Object.entries(words.kinds).map(([value, label]) => ({ value, label }))}
        value={disk.kind}
        onChange={(event) => set({ kind: event.currentTarget.value as DiskDraft['kind'] })}
      />
      {!isVolatile && (
        <ImageSelect value={disk.imageId} error={errors.imageId} onChange={(imageId) => set({ imageId })} />
      )}
      <NumberInput
        label={<AttributeLabel name="SIZE">{words.size}</AttributeLabel>}
        description={isVolatile ? words.sizeHint : words.sizeOfImageHint}
        required={isVolatile}
        min={1}
        allowDecimal={false}
        value={disk.sizeMb}
        onChange={(sizeMb) => set({ sizeMb })}
        error={errors.sizeMb}
      />
      {isVolatile && (
        <>
          <NativeSelect
            label={<AttributeLabel name="FORMAT">{words.format}</AttributeLabel>}
            data={['qcow2', 'raw']}
            value={disk.format}
            onChange={(event) => set({ format: event.currentTarget.value })}
          />
          <NativeSelect
            label={<AttributeLabel name="FS">{words.fs}</AttributeLabel>}
            data={[{ value: '', label: words.noFs }, ...FILE_SYSTEMS]}
            value={disk.fs}
            onChange={(event) => set({ fs: event.currentTarget.value })}
          />
        </>
      )}
    </>
  );
}

interface ChoiceProps {
  value: string;
  error: string | undefined;
  onChange: (id: string) => void;
}

function ImageSelect({ value, error, onChange }: ChoiceProps) {
  const pool = useQuery(poolQuery('image', 'one.imagepool.info', EVERYTHING));
  const choices = useMemo(
    () =>
      forDisks(pool.data?.IMAGE_POOL.IMAGE).map(({ ID, NAME, SIZE }) => ({
        value: String(ID),
        label: `${NAME} (${ID}, ${mibText(SIZE)})`,
      })),
    [pool.data],
  );
  if (pool.data && choices.length === 0) return <Missing>{words.noImages}</Missing>;
  return (
    <Select
      label={<AttributeLabel name="IMAGE_ID">{words.image}</AttributeLabel>}
      description={words.imageHint}
      required
      searchable
      data={choices}
      value={value === '' ? null : value}
      onChange={(id) => onChange(id ?? '')}
      error={error}
    />
  );
}

interface NicProps {
  nic: NicDraft;
  errors: NicErrors;
  onChange: (nic: NicDraft) => void;
}

export function NicFields({ nic, errors, onChange }: NicProps) {
  const pool = useQuery(poolQuery('vnet', 'one.vnpool.info', EVERYTHING));
  const choices = (pool.data?.VNET_POOL.VNET ?? []).map(({ ID, NAME }) => ({ value: String(ID), label: NAME }));
  if (pool.data && choices.length === 0) return <Missing>{words.noNetworks}</Missing>;
  return (
    <>
      <Select
        label={<AttributeLabel name="NETWORK_ID">{words.network}</AttributeLabel>}
        required
        searchable
        data={choices}
        value={nic.networkId === '' ? null : nic.networkId}
        onChange={(id) => onChange({ ...nic, networkId: id ?? '' })}
        error={errors.networkId}
      />
      <TextInput
        label={<AttributeLabel name="IP">{words.ip}</AttributeLabel>}
        description={words.ipHint}
        value={nic.ip}
        onChange={(event) => onChange({ ...nic, ip: event.currentTarget.value })}
        error={errors.ip}
        autoComplete="off"
      />
    </>
  );
}

function Missing({ children }: { children: string }) {
  return (
    <Alert color="orange" variant="light">
      {children}
    </Alert>
  );
}
