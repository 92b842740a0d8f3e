// The table of a directory in a backup: directories open, files are downloaded.
import { Anchor, Group, Text } from '@mantine/core';
import { IconDatabase, IconFile, IconFolder, IconLink, IconQuestionMark, type Icon } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { fileAddress, type FileEntry, type FilePlace } from '../../api/files.ts';
import { DataTable, type TableColumn } from '../../parts/data-table.tsx';
import { bytesText } from '../../parts/format.ts';
import { sorted, type Sorting } from '../../parts/table.ts';
import { Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';
import { childPath, modeText, opens } from './file-paths.ts';

const { files } = texts.backups;

const ICONS: Readonly<Record<FileEntry['type'], Icon>> = {
  file: IconFile,
  directory: IconFolder,
  link: IconLink,
  special: IconQuestionMark,
  volume: IconDatabase,
};

interface Props {
  place: FilePlace;
  entries: readonly FileEntry[];
  onGo: (path: string) => void;
}

export function FileTable({ place, entries, onGo }: Props) {
  const [sorting, setSorting] = useState<Sorting>({ column: 'name', down: false });
  const columns = useMemo(() => columnsOf(place, onGo), [place, onGo]);
  const rows = useMemo(() => sorted(entries, columns, sorting), [entries, columns, sorting]);
  return (
    <DataTable
      label={files.list}
      rows={rows}
      columns={columns}
      idOf={({ name }) => name}
      nameOf={({ name }) => name}
      sorting={sorting}
      onSort={setSorting}
      onOpen={(entry) => {
        if (opens(entry)) onGo(childPath(place.path, entry.name));
        else if (entry.type === 'file') download(place, entry);
      }}
      height={Math.min(entries.length * 40 + 60, 520)}
    />
  );
}

function columnsOf(place: FilePlace, onGo: (path: string) => void): ReadonlyArray<TableColumn<FileEntry>> {
  return [
    {
      id: 'name',
      label: files.name,
      value: ({ type, name }) => `${type === 'file' ? 1 : 0} ${name}`,
      cell: (entry) => <Name entry={entry} place={place} onGo={onGo} />,
      words: ({ name }) => name,
      width: '3fr',
    },
    {
      id: 'size',
      label: files.size,
      value: ({ size }) => size,
      cell: ({ type, size }) => (type === 'file' || type === 'volume' ? bytesText(size) : texts.common.nothing),
      align: 'right',
      width: 100,
    },
    {
      id: 'changed',
      label: files.changed,
      value: ({ mtime }) => mtime,
      cell: ({ mtime }) => <Moment at={mtime} as="date" otherwise={texts.common.nothing} />,
      width: 150,
      from: 520,
    },
    {
      id: 'mode',
      label: files.mode,
      value: ({ mode }) => mode,
      cell: ({ mode }) => modeText(mode),
      width: 110,
      from: 640,
    },
  ];
}

function Name({ entry, place, onGo }: { entry: FileEntry; place: FilePlace; onGo: (path: string) => void }) {
  const { name, type, target, fs, label } = entry;
  const Shown = ICONS[type];
  const path = childPath(place.path, name);
  const more = type === 'volume' ? [fs === '' ? files.unreadable : fs, label].filter(Boolean).join(' ') : undefined;
  return (
    <Group gap={6} wrap="nowrap" miw={0}>
      <Shown size={16} aria-hidden style={{ flex: 'none' }} />
      {opens(entry) ? (
        <Anchor component="button" type="button" size="sm" tabIndex={-1} truncate onClick={() => onGo(path)}>
          {name}
        </Anchor>
      ) : type === 'file' ? (
        <Anchor
          href={fileAddress({ ...place, path }, 'file')}
          download={name}
          size="sm"
          tabIndex={-1}
          truncate
          title={files.download(name)}
        >
          {name}
        </Anchor>
      ) : (
        <Text size="sm" truncate>
          {name}
        </Text>
      )}
      <Text size="sm" c="dimmed" truncate>
        {target === undefined ? more : files.linkTo(target)}
      </Text>
    </Group>
  );
}

/** What a click on the link of the file does, for Enter. */
function download(place: FilePlace, { name }: FileEntry): void {
  const link = document.createElement('a');
  link.href = fileAddress({ ...place, path: childPath(place.path, name) }, 'file');
  link.download = name;
  link.click();
}
