// Finds pages and objects by name or number. Objects are asked for when the dialog opens, and kept as any other page keeps them.
import { Group, Modal, ScrollArea, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useId, useMemo, useState, type KeyboardEvent } from 'react';
import { texts } from '../texts/index.ts';
import { found, type Found } from './finding.ts';
import { NAVIGATION } from './navigation.ts';
import classes from './search-dialog.module.css';
import { useMay } from '../parts/use-session.ts';
import { useObjects } from './search-objects.ts';

export function SearchDialog({ onClose }: { onClose: () => void }) {
  const id = useId();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [wanted, setWanted] = useState(0);
  const pages = usePages();
  const objects = useObjects();
  const list = useMemo(() => found([...pages, ...objects], text), [pages, objects, text]);
  const at = Math.min(wanted, Math.max(list.length - 1, 0));
  const go = (to: string): void => {
    onClose();
    void navigate({ to });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const chosen = list[at];
    if (event.key === 'ArrowDown') setWanted(Math.min(at + 1, list.length - 1));
    else if (event.key === 'ArrowUp') setWanted(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && chosen) go(chosen.to);
    else return;
    event.preventDefault();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={texts.common.search}
      closeButtonProps={{ 'aria-label': texts.common.close }}
      yOffset="8vh"
    >
      <TextInput
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={list.length > 0 ? `${id}-${at}` : undefined}
        aria-label={texts.common.search}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setWanted(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ScrollArea.Autosize mah="60vh" mt="xs">
        <div id={id} role="listbox" aria-label={texts.common.search}>
          {list.map((each, index) => (
            <UnstyledButton
              key={each.key}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              tabIndex={-1}
              className={classes['option']}
              onClick={() => go(each.to)}
            >
              <Group justify="space-between" wrap="nowrap">
                <Text size="sm" truncate>
                  {each.label}
                </Text>
                <Text size="xs" c="dimmed">
                  {each.kind}
                </Text>
              </Group>
            </UnstyledButton>
          ))}
        </div>
        {list.length === 0 && <Text size="sm">{texts.common.nothingFound}</Text>}
      </ScrollArea.Autosize>
    </Modal>
  );
}

function usePages(): Found[] {
  const may = useMay();
  return NAVIGATION.filter(({ needs }) => needs === undefined || may(needs)).map(({ to, label }) => ({
    key: to,
    label,
    kind: texts.common.page,
    to,
  }));
}
