// Starts a drill of a point: what shows that its guest is up, how long it may take, and how much memory it gets.
import { NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { call } from '../../api/call.ts';
import type { Image } from '../../api/documents.ts';
import { templateText } from '../../api/template-text.ts';
import { AttributeLabel } from '../../parts/attribute-label.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { pointsOf } from '../../parts/points.ts';
import { tellDone } from '../../parts/tell.tsx';
import { texts } from '../../texts/index.ts';
import { chosenPoint, PointPicker } from './point-picker.tsx';

const { drill, actions } = texts.backups;

type Condition = keyof typeof drill.conditions;

interface Values {
  point: number;
  condition: Condition;
  text: string;
  script: string;
  timeout: number | string;
  memory: number | string;
}

export function DrillDialog({ image, point, onClose }: { image: Image; point: number; onClose: () => void }) {
  const points = pointsOf(image);
  const form = useForm<Values>({
    initialValues: {
      point: chosenPoint(points, point)?.id ?? -1,
      ...{ condition: '', text: '', script: '', timeout: '', memory: '' },
    },
    validate: {
      text: (value, { condition }) =>
        condition === 'SERIAL' && value.trim() === '' ? texts.common.required : undefined,
      script: (value, { condition }) =>
        condition === 'SCRIPT' && value.trim() === '' ? texts.common.required : undefined,
    },
  });
  const { condition, point: increment } = form.values;
  return (
    <FormDialog
      title={`${drill.title}: ${image.NAME}`}
      button={drill.button}
      isReady={() => !form.validate().hasErrors}
      submit={() => call('one.image.drill', { id: image.ID, increment, options: optionsOf(form.values) })}
      onDone={() => tellDone(actions.drillStarted)}
      onClose={onClose}
      size="lg"
    >
      <Text size="sm">{drill.text}</Text>
      <PointPicker
        label={drill.point}
        points={points}
        value={increment}
        onChange={(id) => form.setFieldValue('point', id)}
      />
      <Select
        label={<AttributeLabel name="CONDITION">{drill.condition}</AttributeLabel>}
        description={drill.conditionHint}
        data={Object.entries(drill.conditions).map(([value, label]) => ({ value, label }))}
        allowDeselect={false}
        {...form.getInputProps('condition')}
      />
      {condition === 'SERIAL' && (
        <TextInput
          label={<AttributeLabel name="TEXT">{drill.textField}</AttributeLabel>}
          description={drill.textHint}
          required
          {...form.getInputProps('text')}
        />
      )}
      {condition === 'SCRIPT' && (
        <TextInput
          label={<AttributeLabel name="SCRIPT">{drill.script}</AttributeLabel>}
          description={drill.scriptHint}
          required
          {...form.getInputProps('script')}
        />
      )}
      <NumberInput
        label={<AttributeLabel name="TIMEOUT">{drill.timeout}</AttributeLabel>}
        description={drill.timeoutHint}
        min={1}
        {...form.getInputProps('timeout')}
      />
      <NumberInput
        label={<AttributeLabel name="MEMORY">{drill.memory}</AttributeLabel>}
        description={drill.memoryHint}
        min={16}
        {...form.getInputProps('memory')}
      />
    </FormDialog>
  );
}

function optionsOf({ condition, text, script, timeout, memory }: Values): string {
  return templateText({
    CONDITION: given(condition),
    TEXT: condition === 'SERIAL' ? given(text) : undefined,
    SCRIPT: condition === 'SCRIPT' ? given(script) : undefined,
    TIMEOUT: given(timeout),
    MEMORY: given(memory),
  });
}

function given(value: number | string): number | string | undefined {
  const plain = typeof value === 'string' ? value.trim() : value;
  return plain === '' ? undefined : plain;
}
