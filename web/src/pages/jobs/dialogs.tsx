// What can be done with backup jobs, and the dialog that one of the actions has opened: for the list and for a job's page.
import { NumberInput, TextInput } from '@mantine/core';
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { call } from '../../api/call.ts';
import type { Action } from '../../parts/actions.ts';
import { AttributeLabel } from '../../parts/attribute-label.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { texts } from '../../texts/index.ts';
import { jobActions, type JobDialog, type JobLike } from './actions.ts';

const MOST_PRIORITY = 99;

/** `onRemoved` is called when a job is no more. */
export function useJobActions(onRemoved?: () => void): { actions: ReadonlyArray<Action<JobLike>>; dialog: ReactNode } {
  const [opened, setOpened] = useState<{ dialog: JobDialog; job: JobLike }>();
  const removed = useRef(onRemoved);
  const actions = useMemo(
    () =>
      jobActions(
        (dialog, job) => setOpened({ dialog, job }),
        () => removed.current?.(),
      ),
    [],
  );
  const close = (): void => setOpened(undefined);
  return { actions, dialog: opened && <Dialog {...opened} onClose={close} /> };
}

function Dialog({ dialog, job, onClose }: { dialog: JobDialog; job: JobLike; onClose: () => void }) {
  return dialog === 'priority' ? <Priority job={job} onClose={onClose} /> : <Rename job={job} onClose={onClose} />;
}

function Priority({ job, onClose }: { job: JobLike; onClose: () => void }) {
  const [priority, setPriority] = useState<number | string>(job.PRIORITY);
  const words = texts.jobs.priority;
  return (
    <FormDialog
      title={words.title}
      button={texts.common.save}
      isReady={() => typeof priority === 'number'}
      submit={() => call('one.backupjob.priority', { id: job.ID, priority: Number(priority) })}
      onClose={onClose}
    >
      <NumberInput
        label={<AttributeLabel name="PRIORITY">{words.label}</AttributeLabel>}
        description={words.hint}
        min={0}
        max={MOST_PRIORITY}
        allowDecimal={false}
        value={priority}
        onChange={setPriority}
        data-autofocus
      />
    </FormDialog>
  );
}

function Rename({ job, onClose }: { job: JobLike; onClose: () => void }) {
  const [name, setName] = useState(job.NAME);
  const words = texts.jobs.rename;
  return (
    <FormDialog
      title={words.title}
      button={words.button}
      isReady={() => name.trim() !== ''}
      submit={() => call('one.backupjob.rename', { id: job.ID, name: name.trim() })}
      onClose={onClose}
    >
      <TextInput
        label={words.label}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
        required
      />
    </FormDialog>
  );
}
