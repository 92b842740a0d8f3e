// The fields of a form that are attributes of a template.
import { NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core';
import { texts } from '../texts/index.ts';
import type { AttributeField, FieldValues } from './attribute-field.ts';
import { AttributeLabel } from './attribute-label.tsx';

interface Props {
  fields: readonly AttributeField[];
  values: FieldValues;
  errors: Readonly<Record<string, string>>;
  /** Attributes that are kept already: a secret among them may stay empty. */
  kept?: ReadonlySet<string>;
  onChange: (name: string, value: string) => void;
}

export function AttributeFields({ fields, values, errors, kept, onChange }: Props) {
  return fields.map((field) => (
    <Field
      key={field.name}
      field={field}
      value={values[field.name] ?? ''}
      error={errors[field.name]}
      isKept={kept?.has(field.name) ?? false}
      onChange={(value) => onChange(field.name, value)}
    />
  ));
}

interface FieldProps {
  field: AttributeField;
  value: string;
  error: string | undefined;
  isKept: boolean;
  onChange: (value: string) => void;
}

function Field({
  field: { name, label, hint, kind, choices = [], required },
  value,
  error,
  isKept,
  ...on
}: FieldProps) {
  const common = {
    label: <AttributeLabel name={name}>{label}</AttributeLabel>,
    description: kind === 'secret' && isKept ? `${hint} ${texts.common.secretKept}` : hint,
    error,
    required: required === true && !(kind === 'secret' && isKept),
    value,
    onChange: (event: { currentTarget: { value: string } }) => on.onChange(event.currentTarget.value),
  };
  if (kind === 'choice') {
    const unknown = value !== '' && !choices.includes(value) ? [value] : [];
    const data = [{ value: '', label: texts.common.byDefault }, ...choices, ...unknown];
    return <NativeSelect {...common} data={required ? [...choices, ...unknown] : data} />;
  }
  if (kind === 'secret') return <PasswordInput {...common} autoComplete="new-password" />;
  if (kind === 'long') return <Textarea {...common} autosize minRows={2} maxRows={8} spellCheck={false} />;
  return <TextInput {...common} {...(kind === 'number' && { inputMode: 'numeric' as const })} autoComplete="off" />;
}
