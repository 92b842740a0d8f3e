// The page of a group: who is in it and who administers it, its quotas and its attributes.
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { call } from '../../api/call.ts';
import type { Group as GroupDocument } from '../../api/documents.ts';
import { objectQuery, type Right } from '../../api/queries.ts';
import { ActionMenu } from '../../parts/action-menu.tsx';
import { DetailPage, useObjectId } from '../../parts/detail-page.tsx';
import { PATHS } from '../../parts/paths.ts';
import { QuotaList } from '../../parts/quota-list.tsx';
import { TemplateSection } from '../../parts/template-section.tsx';
import { useRights } from '../../parts/use-rights.ts';
import { texts } from '../../texts/index.ts';
import { useGroupActions } from './actions.tsx';
import { Members } from './members.tsx';

const words = texts.groups;
const ADMINISTRATORS = 0;
const idOf = ({ ID }: { ID: number }): number => ID;

export function Group() {
  const id = useObjectId();
  const navigate = useNavigate();
  const query = useQuery(objectQuery('group', id, 'one.group.info', { id }));
  const leave = useCallback(() => void navigate({ to: PATHS.group }), [navigate]);
  const { actions, dialog } = useGroupActions(leave);
  const group = query.data?.GROUP;
  const rights = useRights('group', [{ ID: id }], idOf).rightsOf({ ID: id }) ?? [];
  return (
    <>
      <DetailPage
        back={{ to: PATHS.group, label: words.title }}
        query={query}
        name={group?.NAME}
        actions={
          group && <ActionMenu noun="group" rows={[group]} actions={actions} idOf={idOf} nameOf={({ NAME }) => NAME} />
        }
        tabs={group ? tabsOf(group, rights) : []}
      />
      {dialog}
    </>
  );
}

function tabsOf(group: GroupDocument, rights: readonly Right[]) {
  const { tabs } = words;
  return [
    {
      id: 'users',
      label: tabs.users,
      render: () => <Members group={group} canManage={rights.includes('MANAGE')} />,
    },
    { id: 'quotas', label: tabs.quotas, render: () => <Quotas group={group} rights={rights} /> },
    {
      id: 'attributes',
      label: tabs.attributes,
      render: () => <TemplateSection template={group.TEMPLATE} label={tabs.attributes} />,
    },
  ];
}

function Quotas({ group, rights }: { group: GroupDocument; rights: readonly Right[] }) {
  if (group.ID === ADMINISTRATORS) return <Text size="sm">{texts.quotas.administrator}</Text>;
  return (
    <QuotaList
      owner={group.NAME}
      quotas={group}
      defaults={group.DEFAULT_GROUP_QUOTAS}
      set={rights.includes('ADMIN') ? (template) => call('one.group.quota', { id: group.ID, template }) : undefined}
    />
  );
}
