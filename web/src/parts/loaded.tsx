// What is asked for, once it is there; until then that it loads, or why it cannot be had.
import { Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import { texts } from '../texts/index.ts';
import { ErrorNote } from './error-note.tsx';

interface Props<T> {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  children: (data: T) => ReactNode;
}

export function Loaded<T>({ query, children }: Props<T>) {
  return (
    <>
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data === undefined
        ? query.error === null && <Loader size="sm" role="status" aria-label={texts.common.loading} />
        : children(query.data)}
    </>
  );
}
