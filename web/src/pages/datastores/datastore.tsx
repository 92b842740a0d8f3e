// The page of a datastore: what it is and how full, what it holds, its attributes, and whose it is.
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { call } from '../../api/call.ts';
import type { Datastore as Store } from '../../api/documents.ts';
import { objectQuery } from '../../api/queries.ts';
import { textOf } from '../../api/template-text.ts';
import { ActionMenu } from '../../parts/action-menu.tsx';
import { DetailPage, useObjectId } from '../../parts/detail-page.tsx';
import { Facts } from '../../parts/facts.tsx';
import { mibText } from '../../parts/format.ts';
import { Ownership } from '../../parts/ownership.tsx';
import { PATHS } from '../../parts/paths.ts';
import { QuotaBar } from '../../parts/quota-bar.tsx';
import { Section } from '../../parts/section.tsx';
import { TemplateSection } from '../../parts/template-section.tsx';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { useDatastoreActions } from './actions.tsx';
import { DatastoreState } from './columns.tsx';
import { Fill } from './fill.tsx';
import { ImagesOf } from './images.tsx';
import { BACKUP_DS, MONITOR_ERROR, placeOf } from './state.ts';

const words = texts.datastores;

export function Datastore() {
  const id = useObjectId();
  const navigate = useNavigate();
  const query = useQuery(objectQuery('datastore', id, 'one.datastore.info', { id }));
  const leave = useCallback(() => void navigate({ to: PATHS.datastore }), [navigate]);
  const { actions, dialog } = useDatastoreActions(leave);
  const store = query.data?.DATASTORE;
  return (
    <>
      <DetailPage
        back={{ to: PATHS.datastore, label: words.title }}
        query={query}
        name={store?.NAME}
        state={store && <DatastoreState store={store} />}
        actions={
          store && (
            <ActionMenu
              noun="datastore"
              rows={[store]}
              actions={actions}
              idOf={({ ID }) => ID}
              nameOf={({ NAME }) => NAME}
            />
          )
        }
        tabs={store ? tabsOf(store) : []}
      />
      {dialog}
    </>
  );
}

function tabsOf(store: Store) {
  const { tabs } = words;
  return [
    { id: 'info', label: tabs.info, render: () => <Info store={store} /> },
    {
      id: 'images',
      label: store.TYPE === BACKUP_DS ? tabs.backups : tabs.images,
      render: () => <ImagesOf store={store} />,
    },
    {
      id: 'attributes',
      label: tabs.attributes,
      render: () => <TemplateSection template={store.TEMPLATE} label={tabs.attributes} />,
    },
    {
      id: 'access',
      label: tabs.access,
      render: () => (
        <Ownership
          noun="datastore"
          object={store}
          chown={(userId, groupId) => call('one.datastore.chown', { id: store.ID, userId, groupId })}
          chmod={(bits) => call('one.datastore.chmod', { id: store.ID, ...bits })}
        />
      ),
    },
  ];
}

function Info({ store }: { store: Store }) {
  const { info, types } = words;
  const checkedAt = Number(textOf(store.TEMPLATE, 'LAST_CHECK') ?? 0);
  return (
    <Stack>
      <Section title={info.title}>
        <Facts
          facts={[
            [texts.common.id, store.ID],
            [words.columns.type, types[store.TYPE] ?? store.TYPE],
            [info.driver, store.DS_MAD],
            [info.place, placeOf(store)],
            [info.clusters, store.CLUSTERS.ID.join(', ') || texts.common.none],
            [info.images, store.IMAGES.ID.length],
            [texts.common.owner, store.UNAME],
            [texts.common.group, store.GNAME],
            [info.checked, checkedAt > 0 ? <Moment key="checked" at={checkedAt} /> : undefined],
            [info.checkPart, textOf(store.TEMPLATE, 'LAST_CHECK_PART')],
            [info.checkResult, textOf(store.TEMPLATE, 'LAST_CHECK_RESULT')],
            [info.error, textOf(store.TEMPLATE, MONITOR_ERROR)],
          ]}
        />
      </Section>
      <Section title={info.capacity}>
        {store.TOTAL_MB === 0 ? (
          <Text size="sm">{info.unknown}</Text>
        ) : (
          <QuotaBar label={info.used} used={store.USED_MB} limit={store.TOTAL_MB} text={mibText} />
        )}
      </Section>
      <Fill id={store.ID} />
    </Stack>
  );
}
