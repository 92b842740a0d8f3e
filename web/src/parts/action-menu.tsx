// The menu of what can be done with one object or with all that are chosen. What a user has no right to is not there; what cannot be done
// now is there, can be reached with the keyboard, and says why not.
import { Button, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Noun } from '../api/queries.ts';
import { texts } from '../texts/index.ts';
import classes from './action-menu.module.css';
import { offered, whyNot, type Action, type Offered } from './actions.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { OutcomesDialog } from './outcomes-dialog.tsx';
import { tellDone, tellFailure } from './tell.tsx';
import { useRights } from './use-rights.ts';

/** Red that can be read in both schemes. */
const DANGER = 'light-dark(var(--mantine-color-red-9), var(--mantine-color-red-4))';

interface Props<Row> {
  noun: Noun;
  rows: readonly Row[];
  actions: ReadonlyArray<Action<Row>>;
  idOf: (row: Row) => number;
  nameOf: (row: Row) => string;
}

export function ActionMenu<Row>({ noun, rows, actions, idOf, nameOf }: Props<Row>) {
  const offers = offered(actions, rows, useRights(noun, rows, idOf));
  const [open, setOpen] = useState<Offered<Row>>();
  const close = (): void => setOpen(undefined);
  const run = useMutation({
    mutationFn: async ({ action, row }: { action: Action<Row>; row: Row }) => action.run(row),
    onSuccess: (_result, { action, row }) => {
      close();
      if (!action.single) tellDone(texts.outcomes.accepted(action.label, nameOf(row)));
    },
    onError: (error, { action }) => {
      if (!action.confirm) tellFailure(error);
    },
  });
  const choose = (offer: Offered<Row>): void => {
    const [row] = offer.able;
    if (row === undefined) return;
    run.reset();
    if (rows.length > 1 || offer.action.confirm) setOpen(offer);
    else run.mutate({ action: offer.action, row });
  };
  if (offers.length === 0) return null;
  const only = rows.length === 1 ? open?.able[0] : undefined;
  return (
    <>
      <Menu position="bottom-end" returnFocus withinPortal withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button variant="default" size="sm" rightSection={<IconChevronDown size={16} aria-hidden />}>
            {texts.common.actions}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {offers.map((offer) => (
            <Entry key={offer.action.id} offer={offer} many={rows.length > 1} onChoose={() => choose(offer)} />
          ))}
        </Menu.Dropdown>
      </Menu>
      {open && only !== undefined && open.action.confirm && (
        <ConfirmDialog
          asks={open.action.confirm([only])}
          dangerous={open.action.dangerous}
          pending={run.isPending}
          error={run.error}
          onConfirm={() => run.mutate({ action: open.action, row: only })}
          onClose={close}
        />
      )}
      {open && rows.length > 1 && <OutcomesDialog offer={open} nameOf={nameOf} onClose={close} />}
    </>
  );
}

function Entry<Row>({ offer, many, onChoose }: { offer: Offered<Row>; many: boolean; onChoose: () => void }) {
  const reason = whyNot(offer);
  const { label, dangerous } = offer.action;
  return (
    <Menu.Item
      // not `disabled`: that would take the focus away, and with it the reason
      aria-disabled={reason !== undefined}
      className={reason === undefined ? undefined : classes['refused']}
      closeMenuOnClick={reason === undefined}
      onClick={reason === undefined ? onChoose : undefined}
      {...(dangerous && { c: DANGER })}
    >
      {many ? texts.outcomes.goOn(label, offer.able.length) : label}
      {reason !== undefined && (
        <Text size="xs" maw={260} c="var(--mantine-color-text)">
          {reason}
        </Text>
      )}
    </Menu.Item>
  );
}
