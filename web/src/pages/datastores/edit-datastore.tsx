// Changes the attributes of a datastore. Its type and driver are for good.
import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import type { Datastore } from '../../api/documents.ts';
import { templateText } from '../../api/template-text.ts';
import { changedAttributes, missing, valuesOf } from '../../parts/attribute-field.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { texts } from '../../texts/index.ts';
import { FieldGroups } from './field-groups.tsx';
import { allFields, fieldGroups } from './fields.ts';
import { TYPE_NAMES } from './state.ts';

const words = texts.datastores;
const APPEND = 1;

export function EditDatastore({ store, onClose }: { store: Datastore; onClose: () => void }) {
  const type = TYPE_NAMES[store.TYPE] ?? '';
  const all = allFields(type, store.DS_MAD);
  const [values, setValues] = useState(() => valuesOf(all, store.TEMPLATE));
  const [others, setOthers] = useState('');
  const [errors, setErrors] = useState<Record<string, string>>({});
  const groups = fieldGroups(type, store.DS_MAD, values);
  const shown = groups.flatMap(({ fields }) => fields);
  const isReady = (): boolean => {
    const found = missing(shown, values, store.TEMPLATE);
    setErrors(found);
    return Object.keys(found).length === 0;
  };
  const submit = async (): Promise<void> => {
    const changed = templateText(changedAttributes(all, shown, values, store.TEMPLATE));
    const template = [changed, others.trim()].filter((part) => part !== '').join('\n');
    if (template !== '') await call('one.datastore.update', { id: store.ID, template, append: APPEND });
  };
  return (
    <FormDialog
      title={words.edit(store.NAME)}
      button={texts.common.save}
      isReady={isReady}
      submit={submit}
      onClose={onClose}
      size="lg"
    >
      <FieldGroups
        groups={groups}
        values={values}
        errors={errors}
        kept={new Set(Object.keys(store.TEMPLATE))}
        onChange={(name, value) => setValues({ ...values, [name]: value })}
      />
      <OtherAttributes value={others} onChange={setOthers} />
    </FormDialog>
  );
}

export function OtherAttributes({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Textarea
      label={words.form.others}
      description={words.form.othersHint}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autosize
      minRows={2}
      maxRows={10}
      spellCheck={false}
    />
  );
}
