// Makes an access rule.
import { Checkbox, Group, MultiSelect, NativeSelect, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { useQueries } from '@tanstack/react-query';
import { call } from '../../api/call.ts';
import { poolQuery } from '../../api/queries.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { texts } from '../../texts/index.ts';
import { RESOURCES, RIGHTS, ruleWords, type Resource, type Right, type Which } from './rule.ts';

const words = texts.acl.form;

interface Values {
  who: 'all' | 'group' | 'user';
  user: string;
  group: string;
  kinds: string[];
  which: 'all' | 'group' | 'id' | 'cluster';
  id: string;
  ofGroup: string;
  cluster: string;
  rights: string[];
}

const EMPTY: Values = {
  who: 'group',
  user: '0',
  group: '1',
  kinds: [],
  which: 'all',
  id: '',
  ofGroup: '1',
  cluster: '0',
  rights: ['USE'],
};

type RuleFormState = Pick<UseFormReturnType<Values>, 'values' | 'getInputProps'>;

export function RuleForm({ onClose }: { onClose: () => void }) {
  const form = useForm<Values>({
    initialValues: EMPTY,
    validate: {
      kinds: (kinds) => (kinds.length === 0 ? words.needsKinds : null),
      rights: (rights) => (rights.length === 0 ? words.needsKinds : null),
      id: (id, { which }) => (which === 'id' && !/^\d{1,9}$/.test(id) ? words.needsId : null),
    },
  });
  return (
    <FormDialog
      title={texts.acl.create}
      button={texts.common.create}
      isReady={() => !form.validate().hasErrors}
      submit={() => call('one.acl.addrule', ruleOf(form.values))}
      onClose={onClose}
    >
      <Fields form={form} />
    </FormDialog>
  );
}

function ruleOf(values: Values) {
  const who: Which =
    values.who === 'all'
      ? { kind: 'all' }
      : values.who === 'group'
        ? { kind: 'group', id: Number(values.group) }
        : { kind: 'id', id: Number(values.user) };
  const ids = { id: values.id, group: values.ofGroup, cluster: values.cluster };
  const objects: Which =
    values.which === 'all' ? { kind: 'all' } : { kind: values.which, id: Number(ids[values.which]) };
  return ruleWords({ who, kinds: values.kinds as Resource[], objects, rights: values.rights as Right[] });
}

const entriesOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }));
const choicesOf = (pool: ReadonlyArray<{ ID: number; NAME: string }> = []) =>
  pool.map(({ ID, NAME }) => ({ value: String(ID), label: NAME }));

function Fields({ form }: { form: RuleFormState }) {
  const [users, groups, clusters] = useQueries({
    queries: [
      poolQuery('user', 'one.userpool.info', {}),
      poolQuery('group', 'one.grouppool.info', {}),
      poolQuery('cluster', 'one.clusterpool.info', {}),
    ],
  });
  const { who, which } = form.values;
  const groupChoices = choicesOf(groups.data?.GROUP_POOL.GROUP);
  return (
    <>
      <NativeSelect label={words.who} data={entriesOf(words.whoKinds)} {...form.getInputProps('who')} />
      {who === 'user' && (
        <NativeSelect label={words.user} data={choicesOf(users.data?.USER_POOL.USER)} {...form.getInputProps('user')} />
      )}
      {who === 'group' && <NativeSelect label={words.group} data={groupChoices} {...form.getInputProps('group')} />}
      <MultiSelect
        label={words.kinds}
        description={words.kindsHint}
        data={Object.keys(RESOURCES)}
        searchable
        required
        {...form.getInputProps('kinds')}
      />
      <NativeSelect label={words.which} data={entriesOf(words.whichKinds)} {...form.getInputProps('which')} />
      {which === 'id' && <TextInput label={words.id} inputMode="numeric" {...form.getInputProps('id')} />}
      {which === 'group' && (
        <NativeSelect label={words.ofGroup} data={groupChoices} {...form.getInputProps('ofGroup')} />
      )}
      {which === 'cluster' && (
        <NativeSelect
          label={words.cluster}
          data={choicesOf(clusters.data?.CLUSTER_POOL.CLUSTER)}
          {...form.getInputProps('cluster')}
        />
      )}
      <Checkbox.Group label={words.rights} description={words.rightsHint} {...form.getInputProps('rights')}>
        <Group mt="xs">
          {Object.keys(RIGHTS).map((right) => (
            <Checkbox key={right} value={right} label={right} />
          ))}
        </Group>
      </Checkbox.Group>
    </>
  );
}
