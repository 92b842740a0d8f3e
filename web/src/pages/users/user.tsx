// The page of a user: who it is, its groups, its quotas and its attributes.
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { call } from '../../api/call.ts';
import type { User as UserDocument } from '../../api/documents.ts';
import { objectQuery, type Right } from '../../api/queries.ts';
import { ActionMenu } from '../../parts/action-menu.tsx';
import { DetailPage, useObjectId } from '../../parts/detail-page.tsx';
import { Facts } from '../../parts/facts.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { PATHS } from '../../parts/paths.ts';
import { QuotaList } from '../../parts/quota-list.tsx';
import { Section } from '../../parts/section.tsx';
import { TemplateSection } from '../../parts/template-section.tsx';
import { useRights } from '../../parts/use-rights.ts';
import { texts } from '../../texts/index.ts';
import { useUserActions } from './actions.tsx';
import { UserState } from './columns.tsx';
import { UserGroups } from './user-groups.tsx';

const words = texts.users;
const FIRST_ADMINISTRATOR = 0;
const idOf = ({ ID }: { ID: number }): number => ID;

export function User() {
  const id = useObjectId();
  const navigate = useNavigate();
  const query = useQuery(objectQuery('user', id, 'one.user.info', { id }));
  const leave = useCallback(() => void navigate({ to: PATHS.user }), [navigate]);
  const { actions, dialog } = useUserActions(leave);
  const user = query.data?.USER;
  const rights = useRights('user', [{ ID: id }], idOf).rightsOf({ ID: id }) ?? [];
  return (
    <>
      <DetailPage
        back={{ to: PATHS.user, label: words.title }}
        query={query}
        name={user?.NAME}
        state={user && <UserState user={user} />}
        actions={
          user && <ActionMenu noun="user" rows={[user]} actions={actions} idOf={idOf} nameOf={({ NAME }) => NAME} />
        }
        tabs={user ? tabsOf(user, rights) : []}
      />
      {dialog}
    </>
  );
}

function tabsOf(user: UserDocument, rights: readonly Right[]) {
  const { tabs } = words;
  return [
    { id: 'info', label: tabs.info, render: () => <Info user={user} rights={rights} /> },
    { id: 'quotas', label: tabs.quotas, render: () => <Quotas user={user} rights={rights} /> },
    {
      id: 'attributes',
      label: tabs.attributes,
      render: () => <TemplateSection template={user.TEMPLATE} label={tabs.attributes} />,
    },
  ];
}

interface Props {
  user: UserDocument;
  rights: readonly Right[];
}

function Info({ user, rights }: Props) {
  return (
    <Stack>
      <Section title={words.one}>
        <Facts
          facts={[
            [texts.common.id, user.ID],
            [
              words.columns.group,
              <ObjectLink key="group" noun="group" id={user.GID}>
                {user.GNAME}
              </ObjectLink>,
            ],
            [words.columns.driver, user.AUTH_DRIVER],
          ]}
        />
      </Section>
      <UserGroups user={user} canManage={rights.includes('MANAGE')} />
    </Stack>
  );
}

function Quotas({ user, rights }: Props) {
  if (user.ID === FIRST_ADMINISTRATOR) return <Text size="sm">{texts.quotas.administrator}</Text>;
  return (
    <QuotaList
      owner={user.NAME}
      quotas={user}
      defaults={user.DEFAULT_USER_QUOTAS}
      set={rights.includes('ADMIN') ? (template) => call('one.user.quota', { id: user.ID, template }) : undefined}
    />
  );
}
