// Makes a template of what most VMs need; everything else is set as attributes.
import { NumberInput, Select, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../api/call.ts';
import { poolQuery } from '../../api/queries.ts';
import { templateText } from '../../api/template-text.ts';
import { BackupConfigFields } from '../../parts/backup-config-fields.tsx';
import { backupConfigValues } from '../../parts/backup-config.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { pathOf } from '../../parts/paths.ts';
import { texts } from '../../texts/index.ts';

const { form: words } = texts.templates;
const ALL = { filter: -2, from: -1, to: -1 };
const NONE = '-1';
/** OpenNebula's numbers of images that can be disks: OS and DATABLOCK. */
const DISKS = [0, 2];

export function NewTemplate({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const images = useQuery(poolQuery('image', 'one.imagepool.info', ALL)).data?.IMAGE_POOL.IMAGE ?? [];
  const networks = useQuery(poolQuery('vnet', 'one.vnpool.info', ALL)).data?.VNET_POOL.VNET ?? [];
  const backup = useForm({ initialValues: backupConfigValues({}) });
  const form = useForm({
    initialValues: { name: '', cpu: 1, memory: 1024, image: NONE, network: NONE },
    validate: { name: (name) => (name === '' ? texts.common.required : null) },
  });
  const submit = async (): Promise<void> => {
    const { name, cpu, memory, image, network } = form.values;
    const template = templateText({
      ...{ NAME: name, CPU: cpu, MEMORY: memory },
      ...(image !== NONE && { DISK: [{ IMAGE_ID: image }] }),
      ...(network !== NONE && { NIC: [{ NETWORK_ID: network }] }),
      BACKUP_CONFIG: { ...backup.values },
    });
    const id = await call('one.template.allocate', { template });
    void navigate({ to: pathOf('template', id) });
  };
  const named = (
    all: ReadonlyArray<{ ID: number; NAME: string }>,
    none: string,
  ): Array<{ value: string; label: string }> => [
    { value: NONE, label: none },
    ...all.map(({ ID, NAME }) => ({ value: String(ID), label: NAME })),
  ];
  return (
    <FormDialog
      title={texts.templates.create}
      button={texts.common.create}
      isReady={() => !form.validate().hasErrors}
      submit={submit}
      onClose={onClose}
      size="lg"
    >
      <TextInput label={words.name} required data-autofocus {...form.getInputProps('name')} />
      <NumberInput label={words.cpu} description={words.cpuHint} min={0.1} step={0.5} {...form.getInputProps('cpu')} />
      <NumberInput
        label={words.memory}
        description={words.memoryHint}
        min={1}
        allowDecimal={false}
        {...form.getInputProps('memory')}
      />
      <Select
        label={words.image}
        description={words.imageHint}
        data={named(
          images.filter(({ TYPE }) => DISKS.includes(TYPE)),
          words.noImage,
        )}
        allowDeselect={false}
        searchable
        {...form.getInputProps('image')}
      />
      <Select
        label={words.network}
        description={words.networkHint}
        data={named(networks, words.noNetwork)}
        allowDeselect={false}
        {...form.getInputProps('network')}
      />
      <Title order={3} size="h5">
        {texts.templates.backup.title}
      </Title>
      <BackupConfigFields form={backup} />
    </FormDialog>
  );
}
