// Asks before something is done that cannot be undone.
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { texts } from '../texts/index.ts';
import type { Confirmation } from './actions.ts';
import { ErrorNote } from './error-note.tsx';

interface Props {
  asks: Confirmation;
  dangerous?: boolean | undefined;
  pending?: boolean;
  error?: unknown;
  children?: ReactNode;
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmDialog({ asks, dangerous, pending = false, error, children, onConfirm, onClose }: Props) {
  const [typed, setTyped] = useState('');
  const ready = asks.type === undefined || typed === asks.type;
  return (
    <Modal opened onClose={onClose} title={asks.title} closeButtonProps={{ 'aria-label': texts.common.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) onConfirm();
        }}
      >
        <Stack>
          <Text size="sm">{asks.text}</Text>
          {children}
          {asks.type !== undefined && (
            <TextInput
              label={texts.common.typeToConfirm(asks.type)}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
          )}
          {error !== undefined && error !== null && <ErrorNote error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {texts.common.cancel}
            </Button>
            <Button type="submit" disabled={!ready} loading={pending} {...(dangerous && { color: 'red' })}>
              {asks.button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
