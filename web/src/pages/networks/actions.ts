// What can be done with networks. Those that open a dialog tell whoever asked for the actions.
import { call } from '../../api/call.ts';
import type { VnetEntry } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import { texts } from '../../texts/index.ts';

const { actions, ...words } = texts.networks;

export type NetworkLike = Pick<VnetEntry, 'ID' | 'NAME' | 'USED_LEASES'>;
export type NetworkDialog = 'addRange' | 'hold' | 'rename' | 'attributes';

interface Asked {
  open: (dialog: NetworkDialog, network: NetworkLike) => void;
  onDeleted?: (() => void) | undefined;
}

export function networkActions({ open, onDeleted }: Asked): ReadonlyArray<Action<NetworkLike>> {
  const opening = (id: NetworkDialog, method: string, needs: 'MANAGE' | 'ADMIN'): Action<NetworkLike> => ({
    ...{ id, label: actions[id], method, needs, single: true },
    run: (network) => open(id, network),
  });
  return [
    opening('addRange', 'one.vn.add_ar', 'ADMIN'),
    opening('hold', 'one.vn.hold', 'MANAGE'),
    opening('rename', 'one.vn.rename', 'MANAGE'),
    opening('attributes', 'one.vn.update', 'MANAGE'),
    {
      ...{ id: 'delete', label: actions.delete, method: 'one.vn.delete', needs: 'MANAGE', dangerous: true },
      refused: ({ USED_LEASES }) => (USED_LEASES > 0 ? actions.inUse(USED_LEASES) : undefined),
      confirm: () => ({ title: words.deleteTitle, text: words.deleteText, button: actions.delete }),
      run: async ({ ID }) => {
        await call('one.vn.delete', { id: ID });
        onDeleted?.();
      },
    },
  ];
}
