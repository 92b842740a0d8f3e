// Makes a datastore: what it is for, its driver, where it is.
import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { poolQuery } from '../../api/queries.ts';
import { templateText } from '../../api/template-text.ts';
import { changedAttributes, missing, type FieldValues } from '../../parts/attribute-field.ts';
import { AttributeLabel } from '../../parts/attribute-label.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { pathOf } from '../../parts/paths.ts';
import { texts } from '../../texts/index.ts';
import { OtherAttributes } from './edit-datastore.tsx';
import { FieldGroups } from './field-groups.tsx';
import { fieldGroups } from './fields.ts';

const words = texts.datastores.form;
const BACKUP = 'BACKUP_DS';
const DRIVERS = ['restic', 'rsync'];
const DEFAULT_CLUSTER = '0';

export function NewDatastore({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const clusters = useQuery(poolQuery('cluster', 'one.clusterpool.info', {}));
  const [given, setGiven] = useState({ name: '', type: BACKUP, driver: 'restic', cluster: DEFAULT_CLUSTER });
  const [values, setValues] = useState<FieldValues>({});
  const [others, setOthers] = useState('');
  const [errors, setErrors] = useState<Record<string, string>>({});
  const groups = fieldGroups(given.type, given.driver, values);
  const shown = groups.flatMap(({ fields }) => fields);
  const set = (change: Partial<typeof given>): void => setGiven({ ...given, ...change });
  const isReady = (): boolean => {
    const found = { ...missing(shown, values, {}), ...(given.name === '' && { NAME: texts.common.required }) };
    setErrors(found);
    return Object.keys(found).length === 0;
  };
  const submit = async (): Promise<void> => {
    const driver = given.type === BACKUP ? { DS_MAD: given.driver } : {};
    const filled = changedAttributes(shown, shown, values, {});
    const template = templateText({ NAME: given.name, TYPE: given.type, ...driver, ...filled });
    const id = await call('one.datastore.allocate', {
      template: others.trim() === '' ? template : `${template}\n${others}`,
      clusterId: Number(given.cluster),
    });
    void navigate({ to: pathOf('datastore', id) });
  };
  const choices = clusters.data?.CLUSTER_POOL.CLUSTER ?? [];
  return (
    <FormDialog
      title={texts.datastores.create}
      button={texts.common.create}
      isReady={isReady}
      submit={submit}
      onClose={onClose}
      size="lg"
    >
      <TextInput
        label={<AttributeLabel name="NAME">{words.name}</AttributeLabel>}
        required
        value={given.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={errors['NAME']}
        autoComplete="off"
        data-autofocus
      />
      <NativeSelect
        label={<AttributeLabel name="TYPE">{words.type}</AttributeLabel>}
        description={words.typeHint}
        data={Object.entries(words.types).map(([value, label]) => ({ value, label }))}
        value={given.type}
        onChange={(event) => set({ type: event.currentTarget.value })}
      />
      {given.type === BACKUP && (
        <NativeSelect
          label={<AttributeLabel name="DS_MAD">{words.driver}</AttributeLabel>}
          description={words.driverHint}
          data={DRIVERS}
          value={given.driver}
          onChange={(event) => set({ driver: event.currentTarget.value })}
        />
      )}
      {choices.length > 1 && (
        <NativeSelect
          label={words.cluster}
          data={choices.map(({ ID, NAME }) => ({ value: String(ID), label: NAME }))}
          value={given.cluster}
          onChange={(event) => set({ cluster: event.currentTarget.value })}
        />
      )}
      <FieldGroups
        groups={groups}
        values={values}
        errors={errors}
        onChange={(name, value) => setValues({ ...values, [name]: value })}
      />
      <OtherAttributes value={others} onChange={setOthers} />
    </FormDialog>
  );
}
