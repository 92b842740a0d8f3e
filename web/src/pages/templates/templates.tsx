// The list of templates.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { poolQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { pathOf } from '../../parts/paths.ts';
import { useMay } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { TEMPLATE_COLUMNS } from './columns.tsx';
import { useTemplateActions } from './dialogs.tsx';
import { NewTemplate } from './new-template.tsx';

export function Templates() {
  const navigate = useNavigate();
  const may = useMay();
  const [creating, setCreating] = useState(false);
  const { actions, dialog } = useTemplateActions();
  const query = useQuery(poolQuery('template', 'one.templatepool.info', { filter: -2, from: -1, to: -1 }));
  return (
    <>
      <ListPage
        title={texts.templates.title}
        noun="template"
        query={query}
        rows={query.data?.VMTEMPLATE_POOL.VMTEMPLATE}
        columns={TEMPLATE_COLUMNS}
        idOf={({ ID }) => ID}
        nameOf={({ NAME }) => NAME}
        actions={actions}
        onOpen={({ ID }) => void navigate({ to: pathOf('template', ID) })}
        create={
          may('one.template.allocate') && <Button onClick={() => setCreating(true)}>{texts.templates.create}</Button>
        }
        empty={<Empty title={texts.templates.empty}>{texts.templates.emptyHint}</Empty>}
        sort="name"
      />
      {dialog}
      {creating && <NewTemplate onClose={() => setCreating(false)} />}
    </>
  );
}
