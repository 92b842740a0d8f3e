// Who is signed in, their own settings, and the way out.
import { Button, Menu } from '@mantine/core';
import { IconLogout, IconSettings, IconUser } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { signOut } from '../api/session.ts';
import { tellFailure } from '../parts/tell.tsx';
import { texts } from '../texts/index.ts';
import { useSession } from '../parts/use-session.ts';

export function UserMenu() {
  const { name } = useSession();
  const client = useQueryClient();
  const out = useMutation({ mutationFn: () => signOut(client), onError: tellFailure });
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <Button variant="subtle" color="gray" px="xs" leftSection={<IconUser size={18} aria-hidden />}>
          {name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/settings" leftSection={<IconSettings size={16} aria-hidden />}>
          {texts.navigation.settings}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => out.mutate()}>
          {texts.session.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
