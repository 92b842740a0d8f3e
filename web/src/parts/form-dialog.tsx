// A form in a dialog: its fields, what the daemon said against it, and the two buttons. It closes when the daemon has agreed.
import { Button, Group, Modal, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { texts } from '../texts/index.ts';
import { ErrorNote } from './error-note.tsx';

interface Props {
  title: string;
  /** On the button: the verb. */
  button: string;
  children: ReactNode;
  /** Fields that are not right yet: with it, nothing is sent. A form of Mantine's: `() => !form.validate().hasErrors`. */
  isReady?: () => boolean;
  submit: () => Promise<unknown>;
  onDone?: () => void;
  onClose: () => void;
  size?: 'md' | 'lg' | 'xl';
}

export function FormDialog({ title, button, children, isReady, submit, onDone, onClose, size = 'md' }: Props) {
  const sending = useMutation({
    mutationFn: submit,
    onSuccess: () => {
      onClose();
      onDone?.();
    },
  });
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeButtonProps={{ 'aria-label': texts.common.close }}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation(); // a dialog may be opened from within another form
          if (isReady?.() ?? true) sending.mutate();
        }}
      >
        <Stack>
          {children}
          {sending.isError && <ErrorNote error={sending.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {texts.common.cancel}
            </Button>
            <Button type="submit" loading={sending.isPending}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
