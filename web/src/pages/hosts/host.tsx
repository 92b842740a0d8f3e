// The page of a host: what it has, what is used of it, which VMs are on it.
import { Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Host as HostDocument } from '../../api/documents.ts';
import { objectQuery } from '../../api/queries.ts';
import { textOf } from '../../api/template-text.ts';
import { ActionMenu } from '../../parts/action-menu.tsx';
import { DetailPage, useObjectId } from '../../parts/detail-page.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Facts } from '../../parts/facts.tsx';
import { bytesText } from '../../parts/format.ts';
import { ObjectLink } from '../../parts/object-link.tsx';
import { PATHS } from '../../parts/paths.ts';
import { QuotaBar } from '../../parts/quota-bar.tsx';
import { Section } from '../../parts/section.tsx';
import { TemplateSection } from '../../parts/template-section.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { useHostActions } from './actions.tsx';
import { HostStateBadge } from './columns.tsx';
import { coresOf } from './state.ts';

const words = texts.hosts;
const KIB = 1024;

export function Host() {
  const id = useObjectId();
  const navigate = useNavigate();
  const query = useQuery(objectQuery('host', id, 'one.host.info', { id }));
  const leave = useCallback(() => void navigate({ to: PATHS.host }), [navigate]);
  const { actions, dialog } = useHostActions(leave);
  const host = query.data?.HOST;
  return (
    <>
      <DetailPage
        back={{ to: PATHS.host, label: words.title }}
        query={query}
        name={host?.NAME}
        state={host && <HostStateBadge host={host} />}
        actions={
          host && (
            <ActionMenu noun="host" rows={[host]} actions={actions} idOf={({ ID }) => ID} nameOf={({ NAME }) => NAME} />
          )
        }
        tabs={host ? tabsOf(host) : []}
      />
      {dialog}
    </>
  );
}

function tabsOf(host: HostDocument) {
  const { tabs } = words;
  return [
    { id: 'info', label: tabs.info, render: () => <Info host={host} /> },
    { id: 'vms', label: tabs.vms, render: () => <VmsOf host={host} /> },
    {
      id: 'attributes',
      label: tabs.attributes,
      render: () => <TemplateSection template={host.TEMPLATE} label={tabs.attributes} />,
    },
  ];
}

function Info({ host }: { host: HostDocument }) {
  const { info, columns } = words;
  return (
    <Stack>
      <Section title={info.title}>
        <Facts
          facts={[
            [texts.common.id, host.ID],
            [columns.cluster, host.CLUSTER],
            [info.hypervisor, host.VM_MAD],
            [info.information, host.IM_MAD],
            [columns.vms, host.VMS.ID.length],
            [columns.seen, <Moment key="seen" at={host.MONITORING.TIMESTAMP ?? 0} />],
            [info.error, textOf(host.TEMPLATE, 'ERROR')],
          ]}
        />
      </Section>
      <Capacity host={host} />
    </Stack>
  );
}

function Capacity({ host: { HOST_SHARE: share, MONITORING } }: { host: HostDocument }) {
  const { info } = words;
  const cores = (hundredths: number): string => info.cores(coresOf(hundredths));
  const memory = (kib: number): string => bytesText(kib * KIB);
  const used = MONITORING.CAPACITY;
  if (share.MAX_CPU === 0) {
    return (
      <Section title={info.capacity}>
        <Text size="sm">{info.unknown}</Text>
      </Section>
    );
  }
  return (
    <>
      <Section title={info.given}>
        <QuotaBar label={info.cpu} used={share.CPU_USAGE} limit={share.MAX_CPU} text={cores} />
        <QuotaBar label={info.memory} used={share.MEM_USAGE} limit={share.MAX_MEM} text={memory} />
      </Section>
      {used && (
        <Section title={info.inUse}>
          <QuotaBar label={info.cpu} used={used.USED_CPU} limit={share.MAX_CPU} text={cores} />
          <QuotaBar label={info.memory} used={used.USED_MEMORY} limit={share.MAX_MEM} text={memory} />
        </Section>
      )}
    </>
  );
}

function VmsOf({ host }: { host: HostDocument }) {
  if (host.VMS.ID.length === 0) return <Empty title={words.vms.empty} />;
  return (
    <Group gap="sm">
      {host.VMS.ID.map((id) => (
        <ObjectLink key={id} noun="vm" id={id}>{`${words.vms.name} ${id}`}</ObjectLink>
      ))}
    </Group>
  );
}
