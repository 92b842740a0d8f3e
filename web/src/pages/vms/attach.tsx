// Attaches a disk or a NIC to a VM.
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { templateText } from '../../api/template-text.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { texts } from '../../texts/index.ts';
import type { VmLike } from './actions.ts';
import { DiskFields, NicFields } from './device-fields.tsx';
import { diskVector, NEW_DISK, NEW_NIC, nicVector, wrongInDisk, wrongInNic } from './vm-draft.ts';

const { storage, network } = texts.vms;

interface Props {
  vm: Pick<VmLike, 'ID' | 'NAME'>;
  onClose: () => void;
}

export function AttachDisk({ vm, onClose }: Props) {
  const [disk, setDisk] = useState(NEW_DISK);
  const [tried, setTried] = useState(false);
  const wrong = wrongInDisk(disk);
  return (
    <FormDialog
      title={storage.attachTitle(vm.NAME)}
      button={storage.attachButton}
      isReady={() => {
        setTried(true);
        return Object.keys(wrong).length === 0;
      }}
      submit={() => call('one.vm.attach', { id: vm.ID, template: templateText({ DISK: diskVector(disk) }) })}
      onClose={onClose}
    >
      <DiskFields disk={disk} errors={tried ? wrong : {}} onChange={setDisk} />
    </FormDialog>
  );
}

export function AttachNic({ vm, onClose }: Props) {
  const [nic, setNic] = useState(NEW_NIC);
  const [tried, setTried] = useState(false);
  const wrong = wrongInNic(nic);
  return (
    <FormDialog
      title={network.attachTitle(vm.NAME)}
      button={network.attachButton}
      isReady={() => {
        setTried(true);
        return Object.keys(wrong).length === 0;
      }}
      submit={() => call('one.vm.attachnic', { id: vm.ID, template: templateText({ NIC: nicVector(nic) }) })}
      onClose={onClose}
    >
      <NicFields nic={nic} errors={tried ? wrong : {}} onChange={setNic} />
    </FormDialog>
  );
}
