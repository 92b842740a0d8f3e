// Sets the limits of one thing for a user, a group, or everybody who has none.
import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { templateText } from '../api/template-text.ts';
import { texts } from '../texts/index.ts';
import { AttributeLabel } from './attribute-label.tsx';
import { FormDialog } from './form-dialog.tsx';
import {
  isLimit,
  KINDS,
  limitTexts,
  METRICS,
  quotaTemplate,
  unitOf,
  WHOLE,
  type Metric,
  type QuotaDefaults,
  type QuotaHolder,
  type QuotaKind,
} from './quota-rows.ts';
import type { Things } from './things.ts';

const words = texts.quotas;

interface Props {
  owner: string;
  quotas: QuotaHolder | QuotaDefaults;
  isDefault: boolean;
  /** What is limited, when that is not to be chosen. */
  fixed: { kind: QuotaKind; id: number } | undefined;
  things: Things;
  set: (template: string) => Promise<unknown>;
  onClose: () => void;
}

export function QuotaDialog({ owner, quotas, isDefault, fixed, things, set, onClose }: Props) {
  const [kind, setKind] = useState<QuotaKind>(fixed?.kind ?? 'VM');
  const [chosen, setChosen] = useState<number>();
  const id = fixed?.id ?? (kind === 'VM' ? WHOLE : (chosen ?? things.choices(kind)[0]?.ID ?? WHOLE));
  // what was typed goes before what is set; another thing begins anew
  const [typed, setTyped] = useState<{ of: string; limits: Record<string, string> }>();
  const key = `${kind} ${id}`;
  const limits = typed?.of === key ? typed.limits : limitTexts(quotas, kind, id, isDefault);
  const [tried, setTried] = useState(false);
  return (
    <FormDialog
      title={words.dialogTitle(owner)}
      button={texts.common.save}
      isReady={() => {
        setTried(true);
        return Object.values(limits).every(isLimit) && (kind === 'VM' || id !== WHOLE);
      }}
      submit={() => set(templateText(quotaTemplate(kind, id, limits)))}
      onClose={onClose}
    >
      {fixed === undefined ? (
        <NativeSelect
          label={words.whatIsLimited}
          data={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
          value={kind}
          onChange={(event) => {
            setKind(event.currentTarget.value as QuotaKind);
            setChosen(undefined);
          }}
        />
      ) : null}
      {fixed === undefined && kind === 'IMAGE' && (
        <TextInput
          label={words.imageId}
          inputMode="numeric"
          value={id === WHOLE ? '' : String(id)}
          onChange={(event) => setChosen(numberOf(event.currentTarget.value))}
          error={tried && id === WHOLE ? texts.common.required : undefined}
        />
      )}
      {fixed === undefined && (kind === 'DATASTORE' || kind === 'NETWORK') && (
        <NativeSelect
          label={words.kinds[kind]}
          data={things.choices(kind).map(({ ID, NAME }) => ({ value: String(ID), label: NAME }))}
          value={String(id)}
          onChange={(event) => setChosen(Number(event.currentTarget.value))}
          error={tried && id === WHOLE ? texts.common.required : undefined}
        />
      )}
      {METRICS[kind].map((metric: Metric) => (
        <TextInput
          key={metric}
          label={<AttributeLabel name={metric}>{words.metrics[metric]}</AttributeLabel>}
          description={`${words.metricHint[unitOf(metric)]} ${isDefault ? words.defaultHint : words.limitHint}`.trim()}
          inputMode="decimal"
          value={limits[metric] ?? ''}
          onChange={(event) => setTyped({ of: key, limits: { ...limits, [metric]: event.currentTarget.value } })}
          error={tried && !isLimit(limits[metric] ?? '') ? words.notNumber : undefined}
          autoComplete="off"
        />
      ))}
    </FormDialog>
  );
}

const numberOf = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);
