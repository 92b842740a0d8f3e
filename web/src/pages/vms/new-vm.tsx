// Makes a VM without a template: its size, its disks and NICs, and how it is backed up.
import { Button, Group, NumberInput, Stack, Switch, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { AttributeLabel } from '../../parts/attribute-label.tsx';
import { BackupConfigFields } from '../../parts/backup-config-fields.tsx';
import { backupConfigValues } from '../../parts/backup-config.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { pathOf } from '../../parts/paths.ts';
import { Section } from '../../parts/section.tsx';
import { texts } from '../../texts/index.ts';
import { DiskFields, NicFields } from './device-fields.tsx';
import { DeviceList } from './device-list.tsx';
import {
  NEW_DISK,
  NEW_NIC,
  NEW_VM,
  vmTemplate,
  wrongInDisk,
  wrongInNic,
  wrongInVm,
  type NicDraft,
  type VmDraft,
  type VmErrors,
} from './vm-draft.ts';

const { form: words } = texts.vms;

export function NewVm() {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(NEW_VM);
  const [disks, setDisks] = useState([NEW_DISK]);
  const [nics, setNics] = useState<NicDraft[]>([]);
  const [hold, setHold] = useState(false);
  const [tried, setTried] = useState(false);
  const backup = useForm({ initialValues: backupConfigValues({}) });
  const wrong = wrongInVm(draft);
  const faults = [wrong, ...disks.map(wrongInDisk), ...nics.map(wrongInNic)];
  const making = useMutation({
    mutationFn: () => call('one.vm.allocate', { template: vmTemplate(draft, disks, nics, { ...backup.values }), hold }),
    onSuccess: (id) => navigate({ to: pathOf('vm', id) }),
  });
  return (
    <Stack gap="sm" maw={640}>
      <Title order={1} size="h2">
        {texts.vms.create}
      </Title>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (faults.every((each) => Object.keys(each).length === 0)) making.mutate();
        }}
      >
        <Stack>
          <Section title={texts.vms.info.title}>
            <Capacity draft={draft} errors={tried ? wrong : {}} onChange={setDraft} />
            <Switch label={words.hold} checked={hold} onChange={(event) => setHold(event.currentTarget.checked)} />
          </Section>
          <DeviceList
            title={words.disks}
            add={words.addDisk}
            one={words.disk}
            fresh={NEW_DISK}
            list={disks}
            onChange={setDisks}
          >
            {(disk, change) => <DiskFields disk={disk} errors={tried ? wrongInDisk(disk) : {}} onChange={change} />}
          </DeviceList>
          <DeviceList
            title={words.nics}
            add={words.addNic}
            one={words.nic}
            fresh={NEW_NIC}
            list={nics}
            onChange={setNics}
          >
            {(nic, change) => <NicFields nic={nic} errors={tried ? wrongInNic(nic) : {}} onChange={change} />}
          </DeviceList>
          <Section title={words.backup}>
            <BackupConfigFields form={backup} />
          </Section>
          {making.isError && <ErrorNote error={making.error} />}
          <Group>
            <Button type="submit" loading={making.isPending}>
              {texts.common.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}

interface CapacityProps {
  draft: VmDraft;
  errors: VmErrors;
  onChange: (draft: VmDraft) => void;
}

function Capacity({ draft, errors, onChange }: CapacityProps) {
  const set = (change: Partial<VmDraft>): void => onChange({ ...draft, ...change });
  return (
    <>
      <TextInput
        label={<AttributeLabel name="NAME">{words.name}</AttributeLabel>}
        required
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={errors.name}
        autoComplete="off"
      />
      <NumberInput
        label={<AttributeLabel name="MEMORY">{words.memory}</AttributeLabel>}
        description={words.memoryHint}
        required
        min={1}
        allowDecimal={false}
        value={draft.memoryMb}
        onChange={(memoryMb) => set({ memoryMb })}
        error={errors.memoryMb}
      />
      <NumberInput
        label={<AttributeLabel name="CPU">{words.cpu}</AttributeLabel>}
        description={words.cpuHint}
        required
        min={0.1}
        step={0.5}
        value={draft.cpu}
        onChange={(cpu) => set({ cpu })}
        error={errors.cpu}
      />
      <NumberInput
        label={<AttributeLabel name="VCPU">{words.vcpu}</AttributeLabel>}
        description={words.vcpuHint}
        required
        min={1}
        allowDecimal={false}
        value={draft.vcpu}
        onChange={(vcpu) => set({ vcpu })}
        error={errors.vcpu}
      />
    </>
  );
}
