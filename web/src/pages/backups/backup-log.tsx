// What was done with a backup, and what is.
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Image } from '../../api/documents.ts';
import { objectQuery } from '../../api/queries.ts';
import { templateText } from '../../api/template-text.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { RunsTable } from '../../parts/runs-table.tsx';
import { Section } from '../../parts/section.tsx';
import { texts } from '../../texts/index.ts';

const { log } = texts.backups;
const MOST = 200;

export function BackupLog({ image }: { image: Image }) {
  const vmId = image.VMS.ID[0];
  if (vmId === undefined) return <Empty title={log.noVm}>{log.noVmHint}</Empty>;
  return <Runs image={image} vmId={vmId} />;
}

/** The machine may be gone: its runs are asked for as history, not as those of a machine. */
function Runs({ image, vmId }: { image: Image; vmId: number }) {
  const params = { filter: templateText({ VM_ID: vmId }), offset: 0, limit: MOST };
  const query = useQuery(objectQuery('image', image.ID, 'one.system.runs', params));
  return (
    <Section title={log.title}>
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          {log.hint(MOST)}
        </Text>
        <Loaded query={query}>
          {({ RUN_POOL }) => (
            <RunsTable
              runs={RUN_POOL.RUN.filter(({ IMAGE_ID }) => IMAGE_ID === image.ID)}
              without={['vm']}
              height={420}
            />
          )}
        </Loaded>
      </Stack>
    </Section>
  );
}
