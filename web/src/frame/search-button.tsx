// The search for pages and objects: a button, and Ctrl+K from anywhere. The dialog is loaded when it is first opened.
import { ActionIcon } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { texts } from '../texts/index.ts';

const SearchDialog = lazy(async () => ({ default: (await import('./search-dialog.tsx')).SearchDialog }));

export function SearchButton() {
  const [open, { open: show, close }] = useDisclosure(false);
  useHotkeys([['mod+K', show]], []);
  return (
    <>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={texts.common.search}
        title={`${texts.common.search} (Ctrl K)`}
        onClick={show}
      >
        <IconSearch size={19} aria-hidden />
      </ActionIcon>
      {open && (
        <Suspense fallback={null}>
          <SearchDialog onClose={close} />
        </Suspense>
      )}
    </>
  );
}
