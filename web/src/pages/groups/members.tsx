// Who is in a group, and who administers it.
import { Button, Group as Row, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { call } from '../../api/call.ts';
import type { Group } from '../../api/documents.ts';
import { poolQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { Section } from '../../parts/section.tsx';
import { useRights } from '../../parts/use-rights.ts';
import { texts } from '../../texts/index.ts';

const words = texts.groups.members;
const idOf = ({ ID }: { ID: number }): number => ID;

export function Members({ group, canManage }: { group: Group; canManage: boolean }) {
  const pool = useQuery(poolQuery('user', 'one.userpool.info', {}));
  const change = useMutation({
    mutationFn: ({ userId, admin }: { userId: number; admin: boolean }) =>
      call(admin ? 'one.group.addadmin' : 'one.group.deladmin', { id: group.ID, userId }),
  });
  const seen = (pool.data?.USER_POOL.USER ?? []).filter(({ ID }) => group.USERS.ID.includes(ID));
  const { rightsOf } = useRights('user', seen, idOf);
  if (group.USERS.ID.length === 0) return <Empty title={words.empty} />;
  return (
    <Section title={texts.groups.columns.users} count={group.USERS.ID.length}>
      {change.isError && <ErrorNote error={change.error} />}
      <Loaded query={pool}>
        {() => {
          const others = group.USERS.ID.length - seen.length;
          return (
            <Stack gap="xs">
              {seen.map((user) => (
                <Member
                  key={user.ID}
                  id={user.ID}
                  name={user.NAME}
                  isAdmin={group.ADMINS.ID.includes(user.ID)}
                  pending={change.isPending && change.variables.userId === user.ID}
                  onChange={
                    canManage && rightsOf(user)?.includes('MANAGE')
                      ? (admin) => change.mutate({ userId: user.ID, admin })
                      : undefined
                  }
                />
              ))}
              {others > 0 && (
                <Text size="sm" c="dimmed">
                  {words.others}: {others}
                </Text>
              )}
            </Stack>
          );
        }}
      </Loaded>
    </Section>
  );
}

interface MemberProps {
  id: number;
  name: string;
  isAdmin: boolean;
  pending: boolean;
  onChange: ((admin: boolean) => void) | undefined;
}

function Member({ id, name, isAdmin, pending, onChange }: MemberProps) {
  return (
    <Row gap="sm">
      <ObjectLink noun="user" id={id}>
        {name}
      </ObjectLink>
      {isAdmin && (
        <Text size="sm" c="dimmed">
          {words.admin}
        </Text>
      )}
      {onChange && (
        <Button
          size="compact-sm"
          variant="default"
          loading={pending}
          aria-label={`${isAdmin ? words.endAdmin : words.makeAdmin}: ${name}`}
          onClick={() => onChange(!isAdmin)}
        >
          {isAdmin ? words.endAdmin : words.makeAdmin}
        </Button>
      )}
    </Row>
  );
}
