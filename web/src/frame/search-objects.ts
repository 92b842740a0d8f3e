// The objects that the search finds: of each noun with pages, one line.
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { poolQuery } from '../api/queries.ts';
import { pathOf, type Shown } from '../parts/paths.ts';
import { texts } from '../texts/index.ts';
import type { Found } from './finding.ts';

/** The type of images that hold backups. */
const BACKUP = 6;
const EVERYTHING = { filter: -2, from: -1, to: -1 };

export function useObjects(): Found[] {
  const [jobs, images] = useQueries({
    queries: [
      poolQuery('backupjob', 'one.backupjobpool.info', EVERYTHING),
      poolQuery('image', 'one.imagepool.info', EVERYTHING),
    ],
  });
  return useMemo(
    () => [
      ...listed('backupjob', texts.jobs.one, jobs.data?.BACKUPJOB_POOL.BACKUPJOB),
      ...listed(
        'image',
        texts.backups.one,
        images.data?.IMAGE_POOL.IMAGE.filter(({ TYPE }) => TYPE === BACKUP),
      ),
    ],
    [jobs.data, images.data],
  );
}

function listed(noun: Shown, kind: string, objects: ReadonlyArray<{ ID: number; NAME: string }> = []): Found[] {
  return objects.map(({ ID, NAME }) => ({
    key: `${noun}-${ID}`,
    label: NAME,
    kind: `${kind} ${ID}`,
    to: pathOf(noun, ID),
  }));
}
