// Keeps a point whatever the rules say, with the reason, and until when.
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { templateText } from '../../api/template-text.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { texts } from '../../texts/index.ts';
import type { BackupRow } from './state.ts';

const { pin: words } = texts.backups;

export function PinDialog({ row, point, onClose }: { row: BackupRow; point: number; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const [tried, setTried] = useState(false);
  const submit = (): Promise<unknown> => {
    const seconds = until === '' ? undefined : Math.floor(new Date(`${until}T00:00`).getTime() / 1000);
    return call('one.image.pin', {
      ...{ id: row.id, increment: point },
      template: templateText({ REASON: reason.trim(), UNTIL: seconds }),
    });
  };
  return (
    <FormDialog
      title={words.title}
      button={words.button}
      isReady={() => {
        setTried(true);
        return reason.trim() !== '';
      }}
      submit={submit}
      onClose={onClose}
    >
      <TextInput
        label={words.reason}
        required
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={tried && reason.trim() === '' ? texts.common.required : undefined}
        data-autofocus
      />
      <TextInput
        type="date"
        label={words.until}
        description={words.untilHint}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
