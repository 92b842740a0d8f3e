// What can be done with disk images. Those that open a dialog tell whoever asked for the actions.
import { call, type Method } from '../../api/call.ts';
import type { Image } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import { texts } from '../../texts/index.ts';
import { cancelRefused, cloneRefused, deleteRefused, enableRefused, persistentRefused } from './state.ts';

const { actions, ...words } = texts.images;

export type ImageDialog = 'clone' | 'rename' | 'attributes';

interface Asked {
  open: (dialog: ImageDialog, image: Image) => void;
  onDeleted?: (() => void) | undefined;
}

export function imageActions({ open, onDeleted }: Asked): ReadonlyArray<Action<Image>> {
  const manages = (id: string, label: string, method: Method): Omit<Action<Image>, 'run'> => ({
    ...{ id, label, method, needs: 'MANAGE' },
  });
  return [
    {
      ...{ id: 'clone', label: actions.clone, method: 'one.image.clone', needs: 'USE', single: true },
      refused: cloneRefused,
      run: (image) => open('clone', image),
    },
    {
      ...{ ...manages('rename', actions.rename, 'one.image.rename'), single: true },
      run: (image) => open('rename', image),
    },
    {
      ...{ ...manages('attributes', actions.attributes, 'one.image.update'), single: true },
      run: (image) => open('attributes', image),
    },
    {
      ...manages('persistent', actions.persistent, 'one.image.persistent'),
      refused: (image) => persistentRefused(image, true),
      run: ({ ID }) => call('one.image.persistent', { id: ID, enable: true }),
    },
    {
      ...manages('not-persistent', actions.notPersistent, 'one.image.persistent'),
      refused: (image) => persistentRefused(image, false),
      run: ({ ID }) => call('one.image.persistent', { id: ID, enable: false }),
    },
    {
      ...manages('enable', actions.enable, 'one.image.enable'),
      refused: (image) => enableRefused(image, true),
      run: ({ ID }) => call('one.image.enable', { id: ID, enable: true }),
    },
    {
      ...manages('disable', actions.disable, 'one.image.enable'),
      refused: (image) => enableRefused(image, false),
      run: ({ ID }) => call('one.image.enable', { id: ID, enable: false }),
    },
    {
      ...manages('cancel', actions.cancel, 'one.image.cancel'),
      refused: cancelRefused,
      run: ({ ID }) => call('one.image.cancel', { id: ID }),
    },
    {
      ...{ ...manages('delete', actions.delete, 'one.image.delete'), dangerous: true },
      refused: deleteRefused,
      confirm: () => ({ title: words.deleteTitle, text: words.deleteText, button: actions.delete }),
      run: async ({ ID }) => {
        await call('one.image.delete', { id: ID });
        onDeleted?.();
      },
    },
  ];
}
