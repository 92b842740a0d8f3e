// Makes a disk image: of what is at a URL, of a file of the daemon's machine, or empty.
import { Alert, NativeSelect, NumberInput, Switch, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { AttributeLabel } from '../../parts/attribute-label.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { pathOf } from '../../parts/paths.ts';
import { useSession } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { imageTemplate, NEW_IMAGE, wrongIn, type ImageDraft, type Origin } from './image-draft.ts';
import { useImageDatastores } from './use-image-datastores.ts';

const { form: words } = texts.images;
const FILE_SYSTEMS = ['ext4', 'ext3', 'ext2'];
const choices = (labels: Readonly<Record<string, string>>): Array<{ value: string; label: string }> =>
  Object.entries(labels).map(([value, label]) => ({ value, label }));

type Errors = ReturnType<typeof wrongIn>;

export function NewImage({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const datastores = useImageDatastores();
  const [chosen, setChosen] = useState<string>();
  const [draft, setDraft] = useState(NEW_IMAGE);
  const [errors, setErrors] = useState<Errors>({});
  const datastore = chosen ?? datastores[0]?.value;
  const set = (change: Partial<ImageDraft>): void => setDraft({ ...draft, ...change });
  const isReady = (): boolean => {
    const found = wrongIn(draft);
    setErrors(found);
    return datastore !== undefined && Object.keys(found).length === 0;
  };
  const submit = async (): Promise<void> => {
    const id = await call('one.image.allocate', { template: imageTemplate(draft), datastoreId: Number(datastore) });
    void navigate({ to: pathOf('disk', id) });
  };
  return (
    <FormDialog
      title={texts.images.create}
      button={texts.common.create}
      isReady={isReady}
      submit={submit}
      onClose={onClose}
      size="lg"
    >
      <TextInput
        label={<AttributeLabel name="NAME">{words.name}</AttributeLabel>}
        required
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={errors.name}
        autoComplete="off"
        data-autofocus
      />
      {datastore === undefined ? (
        <Alert color="orange" variant="light">
          {words.noDatastore}
        </Alert>
      ) : (
        <NativeSelect
          label={words.datastore}
          description={words.datastoreHint}
          data={datastores}
          value={datastore}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
      )}
      <NativeSelect
        label={<AttributeLabel name="TYPE">{words.type}</AttributeLabel>}
        data={choices(words.types)}
        value={draft.type}
        onChange={(event) => set({ type: event.currentTarget.value })}
      />
      <Content draft={draft} errors={errors} set={set} />
      <Switch
        label={<AttributeLabel name="PERSISTENT">{words.persistent}</AttributeLabel>}
        description={words.persistentHint}
        checked={draft.persistent}
        onChange={(event) => set({ persistent: event.currentTarget.checked })}
      />
    </FormDialog>
  );
}

interface ContentProps {
  draft: ImageDraft;
  errors: Errors;
  set: (change: Partial<ImageDraft>) => void;
}

/** What its data comes from. Files of the daemon's machine are for administrators. */
function Content({ draft, errors, set }: ContentProps) {
  const { admin } = useSession();
  const { file: _, ...others } = words.origins;
  return (
    <>
      <NativeSelect
        label={words.from}
        data={choices(admin ? words.origins : others)}
        value={draft.origin}
        onChange={(event) => set({ origin: event.currentTarget.value as Origin })}
      />
      {draft.origin === 'url' && (
        <TextInput
          label={<AttributeLabel name="PATH">{words.url}</AttributeLabel>}
          description={words.urlHint}
          required
          value={draft.url}
          onChange={(event) => set({ url: event.currentTarget.value })}
          error={errors.url}
          autoComplete="off"
        />
      )}
      {draft.origin === 'file' && (
        <TextInput
          label={<AttributeLabel name="PATH">{words.file}</AttributeLabel>}
          description={words.fileHint}
          required
          value={draft.file}
          onChange={(event) => set({ file: event.currentTarget.value })}
          error={errors.file}
          autoComplete="off"
        />
      )}
      {draft.origin === 'empty' ? (
        <EmptyDisk draft={draft} errors={errors} set={set} />
      ) : (
        <>
          <TextInput
            label={words.digest}
            description={words.digestHint}
            value={draft.digest}
            onChange={(event) => set({ digest: event.currentTarget.value })}
            error={errors.digest}
            autoComplete="off"
          />
          <NativeSelect
            label={<AttributeLabel name="FORMAT">{words.format}</AttributeLabel>}
            description={words.formatHint}
            data={choices(words.formats)}
            value={draft.format}
            onChange={(event) => set({ format: event.currentTarget.value })}
          />
        </>
      )}
    </>
  );
}

function EmptyDisk({ draft, errors, set }: ContentProps) {
  return (
    <>
      <NumberInput
        label={<AttributeLabel name="SIZE">{words.size}</AttributeLabel>}
        description={words.sizeHint}
        required
        min={1}
        allowDecimal={false}
        value={draft.sizeMb}
        onChange={(sizeMb) => set({ sizeMb })}
        error={errors.sizeMb}
      />
      <NativeSelect
        label={<AttributeLabel name="FORMAT">{words.format}</AttributeLabel>}
        description={words.formatEmptyHint}
        data={['qcow2', 'raw']}
        value={draft.format === '' ? 'qcow2' : draft.format}
        onChange={(event) => set({ format: event.currentTarget.value })}
      />
      <NativeSelect
        label={<AttributeLabel name="FS">{words.fs}</AttributeLabel>}
        description={words.fsHint}
        data={[{ value: '', label: words.noFs }, ...FILE_SYSTEMS]}
        value={draft.fs}
        onChange={(event) => set({ fs: event.currentTarget.value })}
      />
    </>
  );
}
