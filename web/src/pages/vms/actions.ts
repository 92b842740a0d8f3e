// What can be done with VMs. Those that open a dialog tell whoever asked for the actions.
import { call } from '../../api/call.ts';
import type { VmEntry } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import { texts } from '../../texts/index.ts';
import { isBackingUp, isOff, isUp, vmState, type States } from './state.ts';

const { actions, confirm } = texts.vms;

export type VmLike = Pick<VmEntry, 'ID' | 'NAME'> & States;
export type VmDialog = 'backup' | 'restore' | 'rename';

/** Backing up and restoring are for administrators, as OpenNebula has it, unless the lists of operations say otherwise. */
export function vmActions(open: (dialog: VmDialog, vm: VmLike) => void): ReadonlyArray<Action<VmLike>> {
  return [
    {
      id: 'backup',
      label: actions.backup,
      method: 'one.vm.backup',
      needs: 'ADMIN',
      single: true,
      refused: (vm) => (isUp(vm) || isOff(vm) ? (isBackingUp(vm) ? actions.isBusy : undefined) : actions.isBusy),
      run: (vm) => open('backup', vm),
    },
    {
      id: 'cancel',
      label: actions.cancel,
      method: 'one.vm.backupcancel',
      needs: 'ADMIN',
      refused: (vm) => (isBackingUp(vm) ? undefined : actions.notBacking),
      run: ({ ID }) => call('one.vm.backupcancel', { id: ID }),
    },
    {
      id: 'restore',
      label: actions.restore,
      method: 'one.vm.restore',
      needs: 'ADMIN',
      single: true,
      refused: (vm) => (isOff(vm) ? undefined : actions.mustBeOff),
      run: (vm) => open('restore', vm),
    },
    ...power(),
    {
      id: 'recover',
      label: actions.recover,
      method: 'one.vm.recover',
      needs: 'ADMIN',
      refused: (vm) => (vmState(vm).word === 'failure' ? undefined : actions.notFailed),
      run: ({ ID }) => call('one.vm.recover', { id: ID, operation: 2 }),
    },
    {
      id: 'rename',
      label: actions.rename,
      method: 'one.vm.rename',
      needs: 'MANAGE',
      single: true,
      run: (vm) => open('rename', vm),
    },
    {
      id: 'terminate',
      label: actions.terminate,
      method: 'one.vm.action',
      needs: 'MANAGE',
      dangerous: true,
      confirm: () => ({ title: confirm.terminate, text: confirm.terminateText, button: confirm.terminate }),
      run: ({ ID }) => call('one.vm.action', { action: 'terminate-hard', id: ID }),
    },
  ];
}

function power(): Array<Action<VmLike>> {
  const action = (id: string, label: string, refused: Action<VmLike>['refused']): Action<VmLike> => ({
    ...{ id, label, method: 'one.vm.action', needs: 'MANAGE' as const },
    ...(refused && { refused }),
    run: ({ ID }) => call('one.vm.action', { action: id, id: ID }),
  });
  const up = (vm: VmLike): string | undefined => (isUp(vm) ? undefined : actions.isOff);
  return [
    action('resume', actions.resume, (vm) => (isUp(vm) ? actions.runs : undefined)),
    action('poweroff', actions.poweroff, up),
    action('reboot', actions.reboot, up),
    action('suspend', actions.suspend, up),
    {
      ...action('poweroff-hard', actions.poweroffHard, up),
      dangerous: true,
      confirm: () => ({ title: confirm.poweroffHard, text: confirm.poweroffHardText, button: confirm.poweroffHard }),
    },
  ];
}
