// What a VM is, where it runs, and what went wrong last.
import { Alert, Code, Stack } from '@mantine/core';
import type { Vm } from '../../api/documents.ts';
import { textOf } from '../../api/template-text.ts';
import { Facts } from '../../parts/facts.tsx';
import { mibText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { Section } from '../../parts/section.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';

const { info } = texts.vms;

export function VmInfo({ vm }: { vm: Vm }) {
  const record = vm.HISTORY_RECORDS.HISTORY.at(-1);
  const error = textOf(vm.USER_TEMPLATE, 'ERROR');
  const attributes = Object.entries(vm.USER_TEMPLATE).filter(([name]) => name !== 'ERROR');
  return (
    <Stack gap="sm">
      {error !== undefined && (
        <Alert color="red" variant="light" title={info.error}>
          {error}
        </Alert>
      )}
      <Section title={info.title}>
        <Facts
          facts={[
            [texts.common.id, vm.ID],
            [
              info.host,
              record && (
                <ObjectLink noun="host" id={record.HID}>
                  {record.HOSTNAME}
                </ObjectLink>
              ),
            ],
            [info.owner, vm.UNAME],
            [info.group, vm.GNAME],
            [info.cpu, textOf(vm.TEMPLATE, 'CPU')],
            [info.memory, mibText(Number(textOf(vm.TEMPLATE, 'MEMORY') ?? 0))],
            [info.since, <Moment key="since" at={vm.STIME} as="date" />],
            [info.deployId, vm.DEPLOY_ID === '' ? undefined : <Code key="deploy">{vm.DEPLOY_ID}</Code>],
          ]}
        />
      </Section>
      {attributes.length > 0 && (
        <Section title={info.attributes}>
          <Facts
            facts={attributes.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])}
          />
        </Section>
      )}
    </Stack>
  );
}
