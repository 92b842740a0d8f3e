// The groups of a user, and being added to others or taken out.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import type { User } from '../../api/documents.ts';
import { poolQuery } from '../../api/queries.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { Section } from '../../parts/section.tsx';
import { texts } from '../../texts/index.ts';
import { GroupDialog } from './group-dialog.tsx';
import { useManagedGroups } from './managed-groups.ts';

const words = texts.users.groups;

export function UserGroups({ user, canManage }: { user: User; canManage: boolean }) {
  const pool = useQuery(poolQuery('group', 'one.grouppool.info', {}));
  const [adding, setAdding] = useState(false);
  const removing = useMutation({
    mutationFn: (groupId: number) => call('one.user.delgroup', { id: user.ID, groupId }),
  });
  const managed = useManagedGroups();
  const nameOf = (id: number): string => pool.data?.GROUP_POOL.GROUP.find(({ ID }) => ID === id)?.NAME ?? String(id);
  return (
    <Section title={words.title}>
      <Stack gap="xs">
        {user.GROUPS.ID.map((id) => (
          <Group key={id} gap="sm">
            <ObjectLink noun="group" id={id}>
              {nameOf(id)}
            </ObjectLink>
            {id === user.GID ? (
              <Text size="sm" c="dimmed">
                {words.main}
              </Text>
            ) : (
              canManage &&
              managed.some(({ ID }) => ID === id) && (
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={words.removeOf(nameOf(id))}
                  loading={removing.isPending && removing.variables === id}
                  onClick={() => removing.mutate(id)}
                >
                  {words.remove}
                </Button>
              )
            )}
          </Group>
        ))}
      </Stack>
      {removing.isError && <ErrorNote error={removing.error} />}
      {canManage && managed.length > 0 && (
        <Group>
          <Button variant="default" onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        </Group>
      )}
      {adding && (
        <GroupDialog
          title={words.addTitle(user.NAME)}
          label={words.addLabel}
          without={user.GROUPS.ID}
          submit={(groupId) => call('one.user.addgroup', { id: user.ID, groupId })}
          onClose={() => setAdding(false)}
        />
      )}
    </Section>
  );
}
