// What runs now, live.
import { Stack, Text } from '@mantine/core';
import { useLiveRuns, type LiveRun } from '../../api/live-runs.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { RunProgress } from '../../parts/run-progress.tsx';
import { Section } from '../../parts/section.tsx';
import { texts } from '../../texts/index.ts';
import { useStatus } from './status.ts';

const { running } = texts.overview;

export function Running() {
  const going = useLiveRuns().filter(({ phase }) => phase !== 'waiting');
  const names = useVmNames();
  return (
    <Section title={running.title} count={going.length} more={{ to: '/runs', label: texts.runs.title }}>
      {going.length === 0 ? (
        <Text size="sm" c="dimmed">
          {running.none}
        </Text>
      ) : (
        <Stack gap="xs">
          {going.map((run) => (
            <RunProgress key={run.id} run={run} title={<Title run={run} name={names.get(run.vmId)} />} />
          ))}
        </Stack>
      )}
    </Section>
  );
}

function Title({ run, name }: { run: LiveRun; name: string | undefined }) {
  const kind = texts.runs.kinds[run.kind];
  if (run.vmId < 0) return kind;
  return (
    <>
      {kind}{' '}
      <ObjectLink noun="vm" id={run.vmId}>
        {name ?? texts.runs.vm(run.vmId)}
      </ObjectLink>
    </>
  );
}

/** Names of the VMs that something runs for. */
function useVmNames(): ReadonlyMap<number, string> {
  const { data } = useStatus();
  const runs = data ? [...data.RUNNING.RUN, ...data.WAITING.RUN] : [];
  return new Map(runs.map(({ VM_ID, VM_NAME }) => [VM_ID, VM_NAME]));
}
