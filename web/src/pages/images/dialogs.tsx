// The dialogs of a disk image, one at a time: for the list and for its page.
import { NativeSelect, TextInput } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { call } from '../../api/call.ts';
import type { Image } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { RenameDialog } from '../../parts/rename-dialog.tsx';
import { TemplateDialog } from '../../parts/template-dialog.tsx';
import { texts } from '../../texts/index.ts';
import { imageActions, type ImageDialog } from './actions.ts';
import { useImageDatastores } from './use-image-datastores.ts';

/** The template is merged into what is there. */
const APPEND = 1;

/** The actions of disk images, and the dialog that one of them has opened. */
export function useImageActions(onDeleted?: () => void): { actions: ReadonlyArray<Action<Image>>; dialog: ReactNode } {
  const [opened, setOpened] = useState<{ dialog: ImageDialog; image: Image }>();
  const actions = useMemo(
    () => imageActions({ open: (dialog, image) => setOpened({ dialog, image }), onDeleted }),
    [onDeleted],
  );
  return { actions, dialog: opened && <Dialog {...opened} onClose={() => setOpened(undefined)} /> };
}

interface Props {
  image: Image;
  onClose: () => void;
}

function Dialog({ dialog, image, onClose }: Props & { dialog: ImageDialog }) {
  const { ID: id, NAME: name } = image;
  switch (dialog) {
    case 'clone':
      return <Clone image={image} onClose={onClose} />;
    case 'rename':
      return <RenameDialog name={name} submit={(to) => call('one.image.rename', { id, name: to })} onClose={onClose} />;
    case 'attributes':
      return (
        <TemplateDialog
          title={texts.images.attributesOf(name)}
          submit={(template) => call('one.image.update', { id, template, append: APPEND })}
          onClose={onClose}
        />
      );
  }
}

function Clone({ image, onClose }: Props) {
  const { clone } = texts.images;
  const [name, setName] = useState(`${image.NAME} copy`);
  const [datastore, setDatastore] = useState(String(image.DATASTORE_ID));
  const choices = useImageDatastores();
  return (
    <FormDialog
      title={clone.title(image.NAME)}
      button={clone.button}
      isReady={() => name.trim() !== ''}
      submit={() => call('one.image.clone', { id: image.ID, name: name.trim(), datastoreId: Number(datastore) })}
      onClose={onClose}
    >
      <TextInput
        label={clone.name}
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      {choices.length > 1 && (
        <NativeSelect
          label={clone.datastore}
          description={clone.datastoreHint}
          data={choices}
          value={datastore}
          onChange={(event) => setDatastore(event.currentTarget.value)}
        />
      )}
    </FormDialog>
  );
}
