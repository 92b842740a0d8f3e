// How full the datastores of backups are.
import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Datastore } from '../../api/documents.ts';
import { poolQuery } from '../../api/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { mibText } from '../../parts/format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { QuotaBar } from '../../parts/quota-bar.tsx';
import { Section } from '../../parts/section.tsx';
import { texts } from '../../texts/index.ts';

const { stores } = texts.overview;
/** OpenNebula's number of datastores for backups. */
const BACKUP_DS = 3;

export function Stores() {
  const pool = useQuery(poolQuery('datastore', 'one.datastorepool.info', {}));
  return (
    <Section title={stores.title} more={{ to: '/datastores', label: stores.all }}>
      <Loaded query={pool}>
        {({ DATASTORE_POOL: { DATASTORE } }) => {
          const kept = DATASTORE.filter(({ TYPE }) => TYPE === BACKUP_DS);
          if (kept.length === 0) return <Empty title={stores.none}>{stores.noneHint}</Empty>;
          return (
            <Stack gap="sm">
              {kept.map((store) => (
                <Fill key={store.ID} store={store} />
              ))}
            </Stack>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Fill({ store: { NAME, USED_MB, TOTAL_MB } }: { store: Datastore }) {
  return <QuotaBar label={NAME} used={USED_MB} limit={TOTAL_MB} text={mibText} />;
}
