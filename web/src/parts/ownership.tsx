// Whose an object is and who may do what with it; whoever may, changes it.
import { Button, Checkbox, Group, NativeSelect, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { poolQuery, type Noun } from '../api/queries.ts';
import { texts } from '../texts/index.ts';
import { ErrorNote } from './error-note.tsx';
import { Facts } from './facts.tsx';
import { FormDialog } from './form-dialog.tsx';
import { chmodParams, RIGHTS, WHO, type ChmodParams, type Permissions } from './permission-bits.ts';
import { Section } from './section.tsx';
import { tellDone } from './tell.tsx';
import { useRights } from './use-rights.ts';

const words = texts.ownership;

interface Owned {
  ID: number;
  UID: number;
  GID: number;
  UNAME: string;
  GNAME: string;
  PERMISSIONS: Permissions;
}

interface Props {
  noun: Noun;
  object: Owned;
  chown: (userId: number, groupId: number) => Promise<unknown>;
  chmod: (bits: ChmodParams) => Promise<unknown>;
}

const idOf = ({ ID }: Owned): number => ID;

export function Ownership({ noun, object, chown, chmod }: Props) {
  const [changing, setChanging] = useState(false);
  const rights = useRights(noun, [object], idOf).rightsOf(object) ?? [];
  const { PERMISSIONS } = object;
  return (
    <Stack>
      <Section title={words.title}>
        <Facts
          facts={[
            [texts.common.owner, object.UNAME],
            [texts.common.group, object.GNAME],
          ]}
        />
        {rights.includes('MANAGE') && (
          <Group>
            <Button variant="default" onClick={() => setChanging(true)}>
              {words.change}
            </Button>
          </Group>
        )}
      </Section>
      <PermissionTable
        key={JSON.stringify(PERMISSIONS)}
        permissions={PERMISSIONS}
        chmod={rights.includes('MANAGE') ? chmod : undefined}
        isAdmin={rights.includes('ADMIN')}
      />
      {changing && <NewOwner object={object} chown={chown} onClose={() => setChanging(false)} />}
    </Stack>
  );
}

interface TableProps {
  permissions: Permissions;
  chmod: ((bits: ChmodParams) => Promise<unknown>) | undefined;
  /** Gives the right ADMIN to others, and takes it. */
  isAdmin: boolean;
}

function PermissionTable({ permissions, chmod, isAdmin }: TableProps) {
  const [now, setNow] = useState(permissions);
  const saving = useMutation({
    mutationFn: async () => chmod?.(chmodParams(permissions, now)),
    onSuccess: () => tellDone(words.saved),
  });
  const changed = JSON.stringify(now) !== JSON.stringify(permissions);
  return (
    <Section title={words.permissions}>
      <Text size="sm">{words.hint}</Text>
      <Table aria-label={words.permissions} maw={420}>
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            {RIGHTS.map((right) => (
              <Table.Th key={right} scope="col">
                {words.rights[right]}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {WHO.map((who) => (
            <Table.Tr key={who}>
              <Table.Th scope="row">{words.who[who]}</Table.Th>
              {RIGHTS.map((right) => (
                <Table.Td key={right}>
                  <Checkbox
                    aria-label={words.allow(words.rights[right], words.who[who])}
                    checked={now[`${who}_${right}`] === 1}
                    disabled={chmod === undefined || (right === 'A' && !isAdmin)}
                    onChange={(event) => setNow({ ...now, [`${who}_${right}`]: event.currentTarget.checked ? 1 : 0 })}
                  />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {saving.isError && <ErrorNote error={saving.error} />}
      {chmod && (
        <Group>
          <Button disabled={!changed} loading={saving.isPending} onClick={() => saving.mutate()}>
            {words.save}
          </Button>
        </Group>
      )}
    </Section>
  );
}

const UNCHANGED = -1;

function NewOwner({ object, chown, onClose }: Pick<Props, 'object' | 'chown'> & { onClose: () => void }) {
  const users = useQuery(poolQuery('user', 'one.userpool.info', {}));
  const groups = useQuery(poolQuery('group', 'one.grouppool.info', {}));
  const [user, setUser] = useState(object.UID);
  const [group, setGroup] = useState(object.GID);
  return (
    <FormDialog
      title={words.change}
      button={texts.common.save}
      submit={() => chown(user === object.UID ? UNCHANGED : user, group === object.GID ? UNCHANGED : group)}
      onClose={onClose}
    >
      <NativeSelect
        label={texts.common.owner}
        data={choicesOf(users.data?.USER_POOL.USER, { ID: object.UID, NAME: object.UNAME })}
        value={String(user)}
        onChange={(event) => setUser(Number(event.currentTarget.value))}
      />
      <NativeSelect
        label={texts.common.group}
        data={choicesOf(groups.data?.GROUP_POOL.GROUP, { ID: object.GID, NAME: object.GNAME })}
        value={String(group)}
        onChange={(event) => setGroup(Number(event.currentTarget.value))}
      />
    </FormDialog>
  );
}

interface Named {
  ID: number;
  NAME: string;
}

/** What there is to choose from, in the order of names; the present one is always among it. */
function choicesOf(pool: readonly Named[] = [], present: Named): Array<{ value: string; label: string }> {
  const all = pool.some(({ ID }) => ID === present.ID) ? pool : [present, ...pool];
  return all
    .toSorted((a, b) => a.NAME.localeCompare(b.NAME))
    .map(({ ID, NAME }) => ({ value: String(ID), label: NAME }));
}
