// The dialogs of a network, one at a time: for the list and for its page.
import { useMemo, useState, type ReactNode } from 'react';
import { call } from '../../api/call.ts';
import type { Action } from '../../parts/actions.ts';
import { RenameDialog } from '../../parts/rename-dialog.tsx';
import { TemplateDialog } from '../../parts/template-dialog.tsx';
import { texts } from '../../texts/index.ts';
import { networkActions, type NetworkDialog, type NetworkLike } from './actions.ts';
import { AddRange } from './add-range.tsx';
import { Hold } from './hold.tsx';

/** The template is merged into what is there. */
const APPEND = 1;

/** The actions of networks, and the dialog that one of them has opened. */
export function useNetworkActions(onDeleted?: () => void): {
  actions: ReadonlyArray<Action<NetworkLike>>;
  dialog: ReactNode;
} {
  const [opened, setOpened] = useState<{ dialog: NetworkDialog; network: NetworkLike }>();
  const actions = useMemo(
    () => networkActions({ open: (dialog, network) => setOpened({ dialog, network }), onDeleted }),
    [onDeleted],
  );
  return { actions, dialog: opened && <Dialog {...opened} onClose={() => setOpened(undefined)} /> };
}

interface Props {
  network: NetworkLike;
  onClose: () => void;
}

function Dialog({ dialog, network, onClose }: Props & { dialog: NetworkDialog }) {
  const { ID: id, NAME: name } = network;
  switch (dialog) {
    case 'addRange':
      return <AddRange network={network} onClose={onClose} />;
    case 'hold':
      return <Hold network={network} onClose={onClose} />;
    case 'rename':
      return <RenameDialog name={name} submit={(to) => call('one.vn.rename', { id, name: to })} onClose={onClose} />;
    case 'attributes':
      return (
        <TemplateDialog
          title={texts.networks.attributesOf(name)}
          submit={(template) => call('one.vn.update', { id, template, append: APPEND })}
          onClose={onClose}
        />
      );
  }
}
