// Says when what is shown may be old. Nothing is shown while all is well.
import { Alert } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { connection } from '../api/live.ts';
import { useObserved } from '../api/observed.ts';
import { texts } from '../texts/index.ts';

export function ConnectionBanner() {
  const state = useObserved(connection);
  return (
    <div aria-live="polite" data-connection={state}>
      {state === 'lost' && (
        <Alert color="orange" variant="light" icon={<IconPlugConnectedX aria-hidden />} mb="sm" p="xs">
          {texts.connection.lost}
        </Alert>
      )}
    </div>
  );
}
