// One's own settings: who one is, the password, the sessions of the console and the login tokens.
import { Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { objectQuery } from '../../api/queries.ts';
import { Facts } from '../../parts/facts.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Section } from '../../parts/section.tsx';
import { useSession } from '../../parts/use-session.ts';
import { texts } from '../../texts/index.ts';
import { Password } from './password.tsx';
import { Sessions } from './sessions.tsx';
import { Tokens } from './tokens.tsx';

const { settings } = texts;

export function Settings() {
  const { id, admin } = useSession();
  const query = useQuery({ ...objectQuery('user', id, 'one.user.info', { id }), enabled: id >= 0 });
  return (
    <Stack maw={760}>
      <Title order={1} size="h2">
        {settings.title}
      </Title>
      <Loaded query={query}>
        {({ USER: user }) => (
          <>
            <Section title={settings.you.title}>
              <Facts
                facts={[
                  [texts.common.name, user.NAME],
                  [settings.you.id, user.ID],
                  [texts.common.group, user.GNAME],
                  [settings.you.groups, user.GROUPS.ID.join(', ')],
                  [settings.you.driver, user.AUTH_DRIVER],
                  [settings.you.admin, admin ? texts.common.yes : texts.common.no],
                ]}
              />
            </Section>
            <Password user={user} />
            <Sessions user={user} />
            <Tokens user={user} />
          </>
        )}
      </Loaded>
    </Stack>
  );
}
