// The dialogs of a VM, one at a time: for a list and for its page.
import { useMemo, useState, type ReactNode } from 'react';
import { TextInput } from '@mantine/core';
import { call } from '../../api/call.ts';
import type { Action } from '../../parts/actions.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { texts } from '../../texts/index.ts';
import { vmActions, type VmDialog, type VmLike } from './actions.ts';
import { BackupNow } from './backup-now.tsx';
import { RestoreInPlace } from './restore-in-place.tsx';

/** The actions of VMs, and the dialog that one of them has opened. */
export function useVmActions(): { actions: ReadonlyArray<Action<VmLike>>; dialog: ReactNode } {
  const [opened, setOpened] = useState<{ dialog: VmDialog; vm: VmLike }>();
  const actions = useMemo(() => vmActions((dialog, vm) => setOpened({ dialog, vm })), []);
  const close = (): void => setOpened(undefined);
  return { actions, dialog: opened && <Dialog {...opened} onClose={close} /> };
}

function Dialog({ dialog, vm, onClose }: { dialog: VmDialog; vm: VmLike; onClose: () => void }) {
  switch (dialog) {
    case 'backup':
      return <BackupNow vm={vm} onClose={onClose} />;
    case 'restore':
      return <RestoreInPlace vm={vm} onClose={onClose} />;
    case 'rename':
      return <Rename vm={vm} onClose={onClose} />;
  }
}

function Rename({ vm, onClose }: { vm: VmLike; onClose: () => void }) {
  const [name, setName] = useState(vm.NAME);
  const { rename } = texts.vms;
  return (
    <FormDialog
      title={rename.title}
      button={rename.button}
      isReady={() => name.trim() !== ''}
      submit={() => call('one.vm.rename', { id: vm.ID, name: name.trim() })}
      onClose={onClose}
    >
      <TextInput
        label={rename.name}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
        required
      />
    </FormDialog>
  );
}
