// Everything that is known of one run, its reason in full.
import { Alert, Modal, Stack, Table, Text } from '@mantine/core';
import type { Run } from '../api/documents.ts';
import { texts } from '../texts/index.ts';
import { Facts } from './facts.tsx';
import { bytesText, rateText, spanText } from './format.ts';
import { ObjectLink } from './object-link.tsx';
import { RESULT_TONES, throughput, workedSec } from './run-figures.ts';
import { StateBadge } from './state-badge.tsx';
import { Moment, useNowSec } from './values.tsx';

const { runs } = texts;
const bytes = (value: number): string | undefined => (value > 0 ? bytesText(value) : undefined);

export function RunDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const now = useNowSec();
  const seconds = workedSec(run, now);
  const rate = throughput(run);
  const title = run.VM_ID < 0 ? runs.kinds[run.KIND] : runs.ofVm(runs.kinds[run.KIND], run.VM_NAME);
  return (
    <Modal opened onClose={onClose} size="lg" title={title} closeButtonProps={{ 'aria-label': texts.common.close }}>
      <Stack>
        <div>
          <StateBadge tone={RESULT_TONES[run.RESULT]}>{runs.results[run.RESULT]}</StateBadge>
          {run.REASON !== '' && (
            <Text size="sm" mt={6} style={{ overflowWrap: 'anywhere' }}>
              {run.REASON}
            </Text>
          )}
          {run.HINT !== '' && (
            <Text size="sm" mt={6} style={{ overflowWrap: 'anywhere' }}>
              <b>{texts.common.whatToDo}:</b> {run.HINT}
            </Text>
          )}
        </div>
        {run.WARNING.length > 0 && (
          <Alert color="orange" variant="light" title={runs.run.warnings}>
            {run.WARNING.map((warning) => (
              <Text size="sm" key={warning} style={{ overflowWrap: 'anywhere' }}>
                {warning}
              </Text>
            ))}
          </Alert>
        )}
        <Facts
          facts={[
            [runs.columns.type, runs.types[run.TYPE] || undefined],
            [runs.run.why, run.WHY || undefined],
            [runs.run.phase, run.END > 0 ? undefined : run.PHASE],
            [runs.run.waits, run.WAITS || undefined],
            [runs.columns.started, <Moment key="start" at={run.START} as="date" />],
            [runs.run.begun, run.BEGIN > 0 ? <Moment key="begin" at={run.BEGIN} as="date" /> : undefined],
            [runs.run.ended, run.END > 0 ? <Moment key="end" at={run.END} as="date" /> : undefined],
            [runs.columns.waited, run.BEGIN > 0 ? spanText(run.BEGIN - run.START) : undefined],
            [runs.columns.duration, seconds === undefined ? undefined : spanText(seconds)],
            [runs.columns.read, bytes(run.BYTES_READ)],
            [runs.run.sent, bytes(run.BYTES_SENT)],
            [runs.columns.stored, bytes(run.BYTES_STORED)],
            [runs.columns.rate, rate === undefined ? undefined : rateText(rate)],
            [runs.columns.asked, runs.askedBy[run.ASKED_BY](run.ASKED_ID)],
            [runs.columns.vm, run.VM_ID < 0 ? undefined : link('vm', run.VM_ID, run.VM_NAME)],
            [runs.run.image, run.IMAGE_ID < 0 ? undefined : link('image', run.IMAGE_ID)],
            [runs.run.datastore, run.DATASTORE_ID < 0 ? undefined : link('datastore', run.DATASTORE_ID)],
            [runs.run.host, run.HOST_ID < 0 ? undefined : link('host', run.HOST_ID)],
            [runs.run.id, run.ID],
          ]}
        />
        {run.STEP.length > 0 && <Steps run={run} />}
      </Stack>
    </Modal>
  );
}

function link(noun: 'vm' | 'image' | 'datastore' | 'host', id: number, name?: string) {
  return (
    <ObjectLink key={noun} noun={noun} id={id}>
      {name}
    </ObjectLink>
  );
}

/** What it did, one after the other, and how long each step took. */
function Steps({ run: { STEP, END } }: { run: Run }) {
  return (
    <Table aria-label={runs.run.steps} verticalSpacing={2} fz="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{runs.run.steps}</Table.Th>
          <Table.Th ta="right">{runs.columns.duration}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {STEP.map(({ PHASE, TIME }, at) => {
          const until = STEP[at + 1]?.TIME ?? END;
          return (
            <Table.Tr key={at}>
              <Table.Td>{PHASE}</Table.Td>
              <Table.Td ta="right">{until > 0 ? spanText(until - TIME) : texts.common.nothing}</Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
