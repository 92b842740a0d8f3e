// Files in a backup: directories to walk through, files to download. The point is kept in the address.
import { Alert, Anchor, Breadcrumbs, Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Image } from '../../api/documents.ts';
import { filesQuery, type FilePlace } from '../../api/files.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { pointsOf } from '../../parts/points.ts';
import { texts } from '../../texts/index.ts';
import { crumbsOf } from './file-paths.ts';
import { FileTable } from './file-table.tsx';
import { chosenPoint, PointPicker } from './point-picker.tsx';

const { files, points: words } = texts.backups;
const ALL = -1;
const TOP = '/';

export function BackupFiles({ image }: { image: Image }) {
  const { view } = useSearch({ strict: false });
  const navigate = useNavigate();
  const points = pointsOf(image);
  const [disk, setDisk] = useState(ALL);
  const [path, setPath] = useState(TOP);
  const point = chosenPoint(points, Number(view ?? ALL));
  if (!point) return <Empty title={words.empty}>{words.emptyHint}</Empty>;
  const disks = image.BACKUP_DISK_IDS?.ID ?? [];
  return (
    <Stack gap="sm">
      <Group align="end">
        <PointPicker
          label={files.point}
          points={points}
          value={point.id}
          onChange={(id) => void navigate({ to: '.', search: (now) => ({ ...now, view: String(id) }), replace: true })}
        />
        {disks.length > 1 && (
          <Select
            label={files.disk}
            data={[ALL, ...disks].map((id) => ({
              value: String(id),
              label: id === ALL ? files.allDisks : texts.backups.restore.diskOf(id),
            }))}
            value={String(disk)}
            onChange={(value) => {
              setDisk(Number(value ?? ALL));
              setPath(TOP);
            }}
            allowDeselect={false}
          />
        )}
      </Group>
      <Way path={path} onGo={setPath} />
      <Directory key={path} place={{ imageId: image.ID, increment: point.id, disk, path }} onGo={setPath} />
    </Stack>
  );
}

function Way({ path, onGo }: { path: string; onGo: (path: string) => void }) {
  const steps = [{ name: files.root, path: TOP }, ...crumbsOf(path)];
  return (
    <nav aria-label={files.path}>
      <Breadcrumbs style={{ flexWrap: 'wrap' }}>
        {steps.map((step) =>
          step.path === path ? (
            <Text key={step.path} size="sm" aria-current="page" style={{ overflowWrap: 'anywhere' }}>
              {step.name}
            </Text>
          ) : (
            <Anchor key={step.path} component="button" type="button" size="sm" onClick={() => onGo(step.path)}>
              {step.name}
            </Anchor>
          ),
        )}
      </Breadcrumbs>
    </nav>
  );
}

function Directory({ place, onGo }: { place: FilePlace; onGo: (path: string) => void }) {
  const query = useQuery(filesQuery(place));
  return (
    <>
      {query.isPending && (
        <Text size="sm" c="dimmed" aria-live="polite">
          {files.starting}
        </Text>
      )}
      <Loaded query={query}>
        {({ entries, error }) => (
          <>
            {error !== undefined && (
              <Alert color="red" variant="light" role="alert">
                {files.brokeOff(error)}
              </Alert>
            )}
            {entries.length === 0 ? (
              error === undefined && <Empty title={files.empty} />
            ) : (
              <FileTable place={place} entries={entries} onGo={onGo} />
            )}
          </>
        )}
      </Loaded>
    </>
  );
}
