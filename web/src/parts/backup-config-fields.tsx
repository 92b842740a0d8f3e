// The fields of a BACKUP_CONFIG, attribute by attribute, of a VM or a template.
import { NumberInput, Select, Switch } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { texts } from '../texts/index.ts';
import { AttributeLabel } from './attribute-label.tsx';
import type { BackupConfigValues } from './backup-config.ts';

const { backup: words } = texts.vms;

interface Props {
  form: UseFormReturnType<BackupConfigValues>;
  disabled?: boolean;
}

export function BackupConfigFields({ form, disabled = false }: Props) {
  return (
    <>
      <Select
        label={<AttributeLabel name="MODE">{words.mode}</AttributeLabel>}
        description={words.modeHint}
        data={['FULL', 'INCREMENT']}
        allowDeselect={false}
        disabled={disabled}
        {...form.getInputProps('MODE')}
      />
      <Select
        label={<AttributeLabel name="INCREMENT_MODE">{words.incrementMode}</AttributeLabel>}
        description={words.incrementModeHint}
        data={['CBT', 'SNAPSHOT']}
        allowDeselect={false}
        disabled={disabled}
        {...form.getInputProps('INCREMENT_MODE')}
      />
      <Select
        label={<AttributeLabel name="FS_FREEZE">{words.freeze}</AttributeLabel>}
        description={words.freezeHint}
        data={['NONE', 'AGENT', 'SUSPEND']}
        allowDeselect={false}
        disabled={disabled}
        {...form.getInputProps('FS_FREEZE')}
      />
      <NumberInput
        label={<AttributeLabel name="KEEP_LAST">{words.keep}</AttributeLabel>}
        description={words.keepHint}
        min={0}
        allowDecimal={false}
        disabled={disabled}
        {...form.getInputProps('KEEP_LAST')}
      />
      <Switch
        label={<AttributeLabel name="BACKUP_VOLATILE">{words.volatile}</AttributeLabel>}
        description={words.volatileHint}
        disabled={disabled}
        {...form.getInputProps('BACKUP_VOLATILE', { type: 'checkbox' })}
      />
    </>
  );
}
