// The fields of an address range: those that its kind of addresses has.
import { NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { AttributeLabel } from '../../parts/attribute-label.tsx';
import { texts } from '../../texts/index.ts';
import { hasIp4, hasIp6, type RangeDraft, type RangeErrors } from './network-draft.ts';

const { form: words } = texts.networks;

interface Props {
  range: RangeDraft;
  errors: RangeErrors;
  onChange: (range: RangeDraft) => void;
}

export function RangeFields({ range, errors, onChange }: Props) {
  const set = (change: Partial<RangeDraft>): void => onChange({ ...range, ...change });
  return (
    <>
      <NativeSelect
        label={<AttributeLabel name="TYPE">{words.type}</AttributeLabel>}
        data={Object.entries(words.types).map(([value, label]) => ({ value, label }))}
        value={range.type}
        onChange={(event) => set({ type: event.currentTarget.value as RangeDraft['type'] })}
      />
      {hasIp4(range) && (
        <TextInput
          label={<AttributeLabel name="IP">{words.ip}</AttributeLabel>}
          required
          value={range.ip}
          onChange={(event) => set({ ip: event.currentTarget.value })}
          error={errors.ip}
          autoComplete="off"
        />
      )}
      <NumberInput
        label={<AttributeLabel name="SIZE">{words.size}</AttributeLabel>}
        required
        min={1}
        allowDecimal={false}
        value={range.size}
        onChange={(size) => set({ size })}
        error={errors.size}
      />
      {hasIp6(range) && (
        <TextInput
          label={<AttributeLabel name="GLOBAL_PREFIX">{words.prefix}</AttributeLabel>}
          description={words.prefixHint}
          value={range.prefix}
          onChange={(event) => set({ prefix: event.currentTarget.value })}
          autoComplete="off"
        />
      )}
      <TextInput
        label={<AttributeLabel name="MAC">{words.mac}</AttributeLabel>}
        description={words.macHint}
        value={range.mac}
        onChange={(event) => set({ mac: event.currentTarget.value })}
        error={errors.mac}
        autoComplete="off"
      />
    </>
  );
}
