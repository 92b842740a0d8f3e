// What is typed to find records of the audit log.
import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { poolQuery } from '../../api/queries.ts';
import { texts } from '../../texts/index.ts';
import { isMethod, isObject, type Typed } from './filter.ts';

const words = texts.audit.filters;
const NOBODY = '-1';

interface Props {
  value: Typed;
  onChange: (change: Partial<Typed>) => void;
}

export function Filters({ value, onChange }: Props) {
  const users = useQuery(poolQuery('user', 'one.userpool.info', {})).data?.USER_POOL.USER ?? [];
  return (
    <Group gap="xs" align="flex-start" role="search" aria-label={words.label}>
      <NativeSelect
        label={words.user}
        data={[
          { value: '', label: words.anybody },
          { value: NOBODY, label: words.nobody },
          ...users.map(({ ID, NAME }) => ({ value: String(ID), label: NAME })),
        ]}
        value={value.user}
        onChange={(event) => onChange({ user: event.currentTarget.value })}
      />
      <TextInput
        label={words.object}
        placeholder={words.objectHint}
        value={value.object}
        onChange={(event) => onChange({ object: event.currentTarget.value.trim() })}
        error={!isObject(value.object) && words.objectWrong}
        w={170}
      />
      <TextInput
        label={words.method}
        placeholder={words.methodHint}
        value={value.method}
        onChange={(event) => onChange({ method: event.currentTarget.value })}
        error={!isMethod(value.method) && words.methodWrong}
        w={220}
      />
      <TextInput
        type="datetime-local"
        label={words.from}
        value={value.from}
        onChange={(event) => onChange({ from: event.currentTarget.value })}
      />
      <TextInput
        type="datetime-local"
        label={words.to}
        value={value.to}
        onChange={(event) => onChange({ to: event.currentTarget.value })}
      />
    </Group>
  );
}
