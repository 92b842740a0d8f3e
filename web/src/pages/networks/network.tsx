// The page of a network: what it is, its address ranges, and which addresses are in use.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { call } from '../../api/call.ts';
import type { Vnet } from '../../api/documents.ts';
import { objectQuery } from '../../api/queries.ts';
import { ActionMenu } from '../../parts/action-menu.tsx';
import { DetailPage, useObjectId, type DetailTab } from '../../parts/detail-page.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Ownership } from '../../parts/ownership.tsx';
import { PATHS } from '../../parts/paths.ts';
import { Section } from '../../parts/section.tsx';
import { TemplateSection } from '../../parts/template-section.tsx';
import { texts } from '../../texts/index.ts';
import { NetworkState } from './columns.tsx';
import { useNetworkActions } from './dialogs.tsx';
import { LeaseTable } from './lease-table.tsx';
import { RangeTable } from './range-table.tsx';

const words = texts.networks;

export function Network() {
  const id = useObjectId();
  const navigate = useNavigate();
  const query = useQuery(objectQuery('vnet', id, 'one.vn.info', { id }));
  const leave = useCallback(() => void navigate({ to: PATHS.vnet }), [navigate]);
  const { actions, dialog } = useNetworkActions(leave);
  const network = query.data?.VNET;
  return (
    <>
      <DetailPage
        back={{ to: PATHS.vnet, label: words.title }}
        query={query}
        name={network?.NAME}
        state={network && <NetworkState state={network.STATE} />}
        actions={
          network && (
            <ActionMenu
              noun="vnet"
              rows={[network]}
              actions={actions}
              idOf={({ ID }) => ID}
              nameOf={({ NAME }) => NAME}
            />
          )
        }
        tabs={network ? tabsOf(network) : []}
      />
      {dialog}
    </>
  );
}

function tabsOf(network: Vnet): DetailTab[] {
  const { tabs } = words;
  return [
    { id: 'info', label: tabs.info, render: () => <Info network={network} /> },
    { id: 'ranges', label: tabs.ranges, render: () => <RangeTable network={network} /> },
    { id: 'leases', label: tabs.leases, render: () => <LeaseTable network={network} /> },
    {
      id: 'attributes',
      label: tabs.attributes,
      render: () => <TemplateSection template={network.TEMPLATE} label={tabs.attributes} />,
    },
    {
      id: 'access',
      label: tabs.access,
      render: () => (
        <Ownership
          noun="vnet"
          object={network}
          chown={(userId, groupId) => call('one.vn.chown', { id: network.ID, userId, groupId })}
          chmod={(bits) => call('one.vn.chmod', { id: network.ID, ...bits })}
        />
      ),
    },
  ];
}

function Info({ network }: { network: Vnet }) {
  const { info, columns } = words;
  return (
    <Section title={info.title}>
      <Facts
        facts={[
          [texts.common.id, network.ID],
          [columns.bridge, network.BRIDGE],
          [info.driver, network.VN_MAD],
          [columns.clusters, network.CLUSTERS.ID.join(', ') || texts.common.none],
          [columns.ranges, network.AR_POOL.AR.length],
          [columns.leases, network.USED_LEASES],
          [texts.common.owner, network.UNAME],
          [texts.common.group, network.GNAME],
        ]}
      />
    </Section>
  );
}
