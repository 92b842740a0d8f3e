// An action on several objects: what it would be done with and what is left out and why, then one outcome for each.
import { Button, Group, Modal, Progress, Stack, Table, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { failureOf } from '../api/failure.ts';
import { texts } from '../texts/index.ts';
import type { Offered } from './actions.ts';
import { counted, oneByOne, withOutcome, type Outcome, type Outcomes } from './outcomes.ts';
import { StateBadge, type Tone } from './state-badge.tsx';

interface Props<Row> {
  offer: Offered<Row>;
  nameOf: (row: Row) => string;
  onClose: () => void;
}

export function OutcomesDialog<Row>({ offer, nameOf, onClose }: Props<Row>) {
  const { action, able, refused } = offer;
  const asks = action.confirm?.(able);
  const [outcomes, setOutcomes] = useState<Array<Outcomes<Row>>>(() => [
    ...able.map((row) => ({ row, outcome: { state: 'waiting' } as const })),
    ...refused.map(({ row, reason }) => ({ row, outcome: { state: 'left', reason } as const })),
  ]);
  const [begun, setBegun] = useState(false);
  const stop = useRef(false);
  useEffect(() => () => void (stop.current = true), []);
  const begin = (): void => {
    stop.current = false;
    setBegun(true);
    const tell = (row: Row, outcome: Outcome): void => setOutcomes((now) => withOutcome(now, row, outcome));
    void oneByOne(able, action.run, tell, () => (stop.current ? texts.outcomes.stopped : undefined));
  };
  const counts = counted(outcomes);
  const over = begun && counts.waiting + counts.running === 0;
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={texts.outcomes.title(action.label, outcomes.length)}
      closeButtonProps={{ 'aria-label': texts.common.close }}
    >
      <Stack>
        {asks && !begun && <Text size="sm">{asks.text}</Text>}
        {begun && (
          <>
            <Progress
              value={((counts.done + counts.failed) / Math.max(1, able.length)) * 100}
              color={counts.failed > 0 ? 'orange' : 'green'}
              aria-label={action.label}
            />
            <Text size="sm" aria-live="polite">
              {texts.outcomes.summary(counts.done, counts.failed, counts.left)}
            </Text>
          </>
        )}
        <List outcomes={outcomes} nameOf={nameOf} label={action.label} />
        <Group justify="flex-end">
          {!begun && (
            <>
              <Button variant="default" onClick={onClose}>
                {texts.common.cancel}
              </Button>
              <Button onClick={begin} {...(action.dangerous && { color: 'red' })}>
                {texts.outcomes.goOn(action.label, able.length)}
              </Button>
            </>
          )}
          {begun && !over && (
            <Button variant="default" onClick={() => void (stop.current = true)}>
              {texts.outcomes.stop}
            </Button>
          )}
          {over && <Button onClick={onClose}>{texts.common.close}</Button>}
        </Group>
      </Stack>
    </Modal>
  );
}

const TONES: Record<Outcome['state'], Tone> = {
  waiting: 'calm',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  left: 'care',
};

interface ListProps<Row> {
  outcomes: ReadonlyArray<Outcomes<Row>>;
  nameOf: (row: Row) => string;
  label: string;
}

function List<Row>({ outcomes, nameOf, label }: ListProps<Row>) {
  return (
    <Table.ScrollContainer minWidth={280} mah={360} type="native">
      <Table aria-label={label} verticalSpacing={6}>
        <Table.Tbody>
          {outcomes.map(({ row, outcome }, index) => (
            <Table.Tr key={index}>
              <Table.Td>{nameOf(row)}</Table.Td>
              <Table.Td>
                <StateBadge tone={TONES[outcome.state]}>{texts.outcomes[outcome.state]}</StateBadge>
                <Why outcome={outcome} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Why({ outcome }: { outcome: Outcome }) {
  if (outcome.state === 'left') return <Text size="xs">{outcome.reason}</Text>;
  if (outcome.state !== 'failed') return null;
  const { message, hint } = failureOf(outcome.error);
  return (
    <Text size="xs">
      {message} {hint}
    </Text>
  );
}
