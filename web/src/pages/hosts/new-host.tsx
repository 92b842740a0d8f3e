// Registers a host.
import { NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../api/call.ts';
import { poolQuery } from '../../api/queries.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { pathOf } from '../../parts/paths.ts';
import { texts } from '../../texts/index.ts';

const words = texts.hosts.form;
const DRIVERS = ['kvm', 'qemu', 'fake'];

export function NewHost({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const clusters = useQuery(poolQuery('cluster', 'one.clusterpool.info', {}));
  const form = useForm({
    initialValues: { name: '', driver: 'kvm', cluster: '0' },
    validate: { name: (name) => (name === '' ? texts.common.required : null) },
  });
  const submit = async (): Promise<void> => {
    const { name, driver, cluster } = form.values;
    const id = await call('one.host.allocate', { name, imMad: driver, vmMad: driver, clusterId: Number(cluster) });
    void navigate({ to: pathOf('host', id) });
  };
  const choices = clusters.data?.CLUSTER_POOL.CLUSTER ?? [];
  return (
    <FormDialog
      title={texts.hosts.create}
      button={texts.common.create}
      isReady={() => !form.validate().hasErrors}
      submit={submit}
      onClose={onClose}
    >
      <TextInput
        label={words.name}
        description={words.nameHint}
        required
        autoComplete="off"
        data-autofocus
        {...form.getInputProps('name')}
      />
      <NativeSelect
        label={words.driver}
        description={words.driverHint}
        data={DRIVERS}
        {...form.getInputProps('driver')}
      />
      {choices.length > 1 && (
        <NativeSelect
          label={words.cluster}
          data={choices.map(({ ID, NAME }) => ({ value: String(ID), label: NAME }))}
          {...form.getInputProps('cluster')}
        />
      )}
    </FormDialog>
  );
}
