// What is known of a backup as a whole.
import { Stack } from '@mantine/core';
import type { Attribute, Image } from '../../api/documents.ts';
import { Facts } from '../../parts/facts.tsx';
import { ObjectLink } from '../../parts/object-link.tsx';
import { pointsOf } from '../../parts/points.ts';
import { Section } from '../../parts/section.tsx';
import { Mib, Moment } from '../../parts/values.tsx';
import { texts } from '../../texts/index.ts';

const { info, goneVm } = texts.backups;

export function BackupInfo({ image }: { image: Image }) {
  const [vmId] = image.VMS.ID;
  const attributes = Object.entries(image.TEMPLATE).filter(([, value]) => value !== undefined);
  return (
    <Stack gap="sm">
      <Section title={info.title}>
        <Facts
          facts={[
            [texts.common.id, image.ID],
            [
              info.vm,
              vmId !== undefined && (
                <ObjectLink noun="vm" id={vmId}>
                  {goneVm(vmId)}
                </ObjectLink>
              ),
            ],
            [
              info.datastore,
              <ObjectLink key="datastore" noun="datastore" id={image.DATASTORE_ID}>
                {image.DATASTORE}
              </ObjectLink>,
            ],
            [info.points, pointsOf(image).length],
            [info.size, <Mib key="size" value={image.SIZE} />],
            [info.disks, image.BACKUP_DISK_IDS?.ID.join(', ')],
            [info.format, image.FORMAT === '' ? undefined : image.FORMAT],
            [info.since, <Moment key="since" at={image.REGTIME} as="date" />],
            [texts.common.owner, image.UNAME],
            [texts.common.group, image.GNAME],
          ]}
        />
      </Section>
      {attributes.length > 0 && (
        <Section title={info.attributes}>
          <Facts facts={attributes.map(([name, value]) => [name, written(value)])} />
        </Section>
      )}
    </Stack>
  );
}

function written(value: Attribute | undefined): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
