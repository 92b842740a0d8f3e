// What is known of one point in time, and what can be done with it.
import { Button, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../api/call.ts';
import { Facts } from '../../parts/facts.tsx';
import { shortMoment, spanText } from '../../parts/format.ts';
import { proofOf, type Point } from '../../parts/points.ts';
import { Section } from '../../parts/section.tsx';
import { StateBadge, type Tone } from '../../parts/state-badge.tsx';
import { tellDone, tellFailure } from '../../parts/tell.tsx';
import { Mib, Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import type { OpenDialog } from './dialogs.tsx';
import type { BackupRow } from './state.ts';
import { useMayWith } from './use-may-with.ts';

const { points: words, actions } = texts.backups;

const TONES: Readonly<Record<ReturnType<typeof proofOf>, Tone>> = {
  damaged: 'bad',
  failed: 'bad',
  proven: 'good',
  verified: 'good',
  unproven: 'calm',
};

interface Props {
  row: BackupRow;
  point: Point;
  open: OpenDialog;
}

export function PointFacts({ row, point, open }: Props) {
  const proof = proofOf(point);
  return (
    <Section title={words.of(shortMoment(point.date))}>
      <Stack gap="sm">
        <Facts
          facts={[
            [
              texts.common.state,
              <StateBadge key="state" tone={TONES[proof]}>
                {words.proofs[proof]}
              </StateBadge>,
            ],
            [words.taken, <Moment key="taken" at={point.date} as="date" />],
            [words.type, point.type === 'FULL' ? words.full : words.increment],
            [words.reason, point.reason === '' ? undefined : point.reason],
            [words.size, <Mib key="size" value={point.sizeMb} />],
            [words.consistency, words.consistencies[point.consistency]],
            [words.verified, <Moment key="verified" at={point.verified} />],
            [words.what, point.verifyError === '' ? undefined : point.verifyError],
            [words.proven, <Proven key="proven" point={point} />],
            [words.pinned, point.pinReason === '' ? undefined : <Pinned key="pinned" point={point} />],
            [words.failedAt, point.drillError === '' ? undefined : <Failed key="failed" point={point} />],
          ]}
        />
        <PointButtons row={row} point={point} open={open} />
      </Stack>
    </Section>
  );
}

function Proven({ point: { proven, provenTime, provenBy } }: { point: Point }) {
  return (
    <>
      <Moment at={proven} /> {proven > 0 && words.took(spanText(provenTime / 1000), provenBy)}
    </>
  );
}

function Failed({ point: { drillFailed, drillError } }: { point: Point }) {
  return (
    <>
      <Moment at={drillFailed} />: {drillError}
    </>
  );
}

function Pinned({ point: { pinReason, pinUntil } }: { point: Point }) {
  return (
    <>
      {pinReason}, {words.until} <Moment at={pinUntil} as="date" otherwise={words.forEver} />
    </>
  );
}

function PointButtons({ row, point, open }: Props) {
  const navigate = useNavigate();
  const may = useMayWith(row.image);
  const verify = useMutation({
    mutationFn: () => call('one.image.verify', { id: row.id, increment: point.id }),
    onSuccess: () => tellDone(actions.verifyStarted),
    onError: tellFailure,
  });
  return (
    <Group gap="xs">
      {may('one.image.restore', 'USE') && (
        <Button size="xs" variant="default" onClick={() => open('restore', row, point.id)}>
          {words.restore}
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        onClick={() => void navigate({ to: '.', search: (now) => ({ ...now, tab: 'files', view: String(point.id) }) })}
      >
        {words.files}
      </Button>
      {may('one.image.verify', 'MANAGE') && (
        <Button size="xs" variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
          {words.verify}
        </Button>
      )}
      {may('one.image.drill', 'MANAGE') && (
        <Button size="xs" variant="default" onClick={() => open('drill', row, point.id)}>
          {words.drill}
        </Button>
      )}
      {may('one.image.pin', 'MANAGE') && <PinButton row={row} point={point} open={open} />}
    </Group>
  );
}

function PinButton({ row, point, open }: Props) {
  const unpin = useMutation({
    mutationFn: () => call('one.image.unpin', { id: row.id, increment: point.id }),
    onError: tellFailure,
  });
  return point.pinReason === '' ? (
    <Button size="xs" variant="default" onClick={() => open('pin', row, point.id)}>
      {words.pin}
    </Button>
  ) : (
    <Button size="xs" variant="default" loading={unpin.isPending} onClick={() => unpin.mutate()}>
      {words.unpin}
    </Button>
  );
}
