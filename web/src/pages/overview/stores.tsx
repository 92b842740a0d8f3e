// How full the datastores of backups are, how that came, and when they will be full if it goes on.
import { Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Summary } from '../../api/documents.ts';
import { objectQuery } from '../../api/queries.ts';
import { Chart } from '../../parts/chart.tsx';
import { Empty } from '../../parts/empty.tsx';
import { mibText, spanText } from '../../parts/format.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { QuotaBar } from '../../parts/quota-bar.tsx';
import { Section } from '../../parts/section.tsx';
import { texts } from '../../texts/index.ts';
import { useNowSec } from '../../parts/values.tsx';
import { seriesOf, trendOf } from './fill.ts';
import { useSummary } from './status.ts';

const { stores: words } = texts.overview;
const DAYS = 30;

type Store = Summary['DATASTORE'][number];

export function Stores() {
  const summary = useSummary();
  return (
    <Section title={words.title} more={{ to: '/datastores', label: words.all }}>
      <Loaded query={summary}>
        {({ DATASTORE }) =>
          DATASTORE.length === 0 ? (
            <Empty title={words.none}>{words.noneHint}</Empty>
          ) : (
            <Stack gap="sm">
              {DATASTORE.map((store) => (
                <Fill key={store.ID} store={store} />
              ))}
              <Growth stores={DATASTORE} />
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

function Fill({ store }: { store: Store }) {
  const trend = trendOf(store, useNowSec());
  return (
    <div>
      <QuotaBar label={store.NAME} used={store.USED_MB} limit={store.TOTAL_MB} text={mibText} />
      <Text size="xs" c="dimmed">
        {trend.kind === 'steady' ? words.steady : words.grows(mibText(store.MB_PER_DAY))}
        {trend.kind === 'full' && `, ${words.fullIn(spanText(trend.inSec))}`}
      </Text>
    </div>
  );
}

function Growth({ stores }: { stores: readonly Store[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const store = stores.find(({ ID }) => String(ID) === chosen) ?? stores[0]!;
  const fill = useQuery(objectQuery('datastore', store.ID, 'one.datastore.fill', { id: store.ID, days: DAYS }));
  const now = useNowSec();
  return (
    <>
      {stores.length > 1 && (
        <Group>
          <Select
            size="xs"
            label={words.trendOf}
            data={stores.map(({ ID, NAME }) => ({ value: String(ID), label: NAME }))}
            value={String(store.ID)}
            onChange={setChosen}
            allowDeselect={false}
          />
        </Group>
      )}
      <Loaded query={fill}>
        {({ DATASTORE_FILL }) =>
          DATASTORE_FILL.POINT.length < 2 ? (
            <Text size="sm" c="dimmed">
              {words.unknown}
            </Text>
          ) : (
            <Chart
              label={words.used(store.NAME)}
              series={seriesOf(DATASTORE_FILL, now, { used: words.usedShort, expected: words.expected })}
              text={mibText}
              rounding={1024}
              limit={{ value: DATASTORE_FILL.TOTAL_MB, label: words.capacity }}
              height={150}
            />
          )
        }
      </Loaded>
    </>
  );
}
