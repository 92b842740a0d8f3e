// The page of a disk image: what it is, how it stands, and which VMs use it. A backup has a page of its own.
import { Alert, Code, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Navigate, useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { call } from '../../api/call.ts';
import type { Image as ImageDocument } from '../../api/documents.ts';
import { objectQuery, poolQuery } from '../../api/queries.ts';
import { textOf } from '../../api/template-text.ts';
import { ActionMenu } from '../../parts/action-menu.tsx';
import { DetailPage, useObjectId, type DetailTab } from '../../parts/detail-page.tsx';
import { Facts } from '../../parts/facts.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { Ownership } from '../../parts/ownership.tsx';
import { isBackupImage, PATHS, pathOf } from '../../parts/paths.ts';
import { Section } from '../../parts/section.tsx';
import { TemplateSection } from '../../parts/template-section.tsx';
import { Mib, Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { ImageStateBadge } from './columns.tsx';
import { useImageActions } from './dialogs.tsx';

const words = texts.images;
const EVERYTHING = { filter: -2, from: -1, to: -1 };

export function Image() {
  const id = useObjectId();
  const navigate = useNavigate();
  const query = useQuery(objectQuery('image', id, 'one.image.info', { id }));
  const leave = useCallback(() => void navigate({ to: PATHS.disk }), [navigate]);
  const { actions, dialog } = useImageActions(leave);
  const image = query.data?.IMAGE;
  if (image && isBackupImage(image)) return <Navigate to={pathOf('image', id)} replace />;
  return (
    <>
      <DetailPage
        back={{ to: PATHS.disk, label: words.title }}
        query={query}
        name={image?.NAME}
        state={image && <ImageStateBadge image={image} />}
        actions={
          image && (
            <ActionMenu
              noun="image"
              rows={[image]}
              actions={actions}
              idOf={({ ID }) => ID}
              nameOf={({ NAME }) => NAME}
            />
          )
        }
        tabs={image ? tabsOf(image) : []}
      />
      {dialog}
    </>
  );
}

function tabsOf(image: ImageDocument): DetailTab[] {
  const { tabs } = words;
  return [
    { id: 'info', label: tabs.info, render: () => <Info image={image} /> },
    {
      id: 'attributes',
      label: tabs.attributes,
      render: () => <TemplateSection template={image.TEMPLATE} label={tabs.attributes} />,
    },
    {
      id: 'access',
      label: tabs.access,
      render: () => (
        <Ownership
          noun="image"
          object={image}
          chown={(userId, groupId) => call('one.image.chown', { id: image.ID, userId, groupId })}
          chmod={(bits) => call('one.image.chmod', { id: image.ID, ...bits })}
        />
      ),
    },
  ];
}

function Info({ image }: { image: ImageDocument }) {
  const { info, columns, types } = words;
  const error = textOf(image.TEMPLATE, 'ERROR');
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
            [texts.common.id, image.ID],
            [columns.type, types[image.TYPE] ?? image.TYPE],
            [columns.size, <Mib key="size" value={image.SIZE} />],
            [info.format, image.FORMAT === '' ? undefined : image.FORMAT],
            [
              columns.datastore,
              <ObjectLink key="datastore" noun="datastore" id={image.DATASTORE_ID}>
                {image.DATASTORE}
              </ObjectLink>,
            ],
            [columns.persistent, image.PERSISTENT === 1 ? texts.common.yes : texts.common.no],
            [texts.common.owner, image.UNAME],
            [texts.common.group, image.GNAME],
            [info.made, <Moment key="made" at={image.REGTIME} as="date" />],
            [info.path, image.PATH === '' ? undefined : <Code key="path">{image.PATH}</Code>],
            [info.progress, textOf(image.TEMPLATE, 'PROGRESS')],
          ]}
        />
      </Section>
      <UsedBy ids={image.VMS.ID} />
    </Stack>
  );
}

function UsedBy({ ids }: { ids: readonly number[] }) {
  const { info } = words;
  const pool = useQuery({ ...poolQuery('vm', 'one.vmpool.info', EVERYTHING), enabled: ids.length > 0 });
  const names = new Map(pool.data?.VM_POOL.VM.map(({ ID, NAME }) => [ID, NAME]));
  return (
    <Section title={info.vms} count={ids.length}>
      {ids.length === 0 ? (
        <Text size="sm">{info.noVms}</Text>
      ) : (
        <Group gap="sm">
          {ids.map((id) => (
            <ObjectLink key={id} noun="vm" id={id}>
              {names.get(id) ?? info.vm(id)}
            </ObjectLink>
          ))}
        </Group>
      )}
    </Section>
  );
}
