// What must be true when a backup has ended, however it ended: the guest runs or is off on its own disks, and nothing of the run
// is left on the machine or in the repository.
import { expect } from 'vitest';
import type { Operation } from '../../src/model/operation.ts';
import type { XmlElement } from '../../src/wire/xml-read.ts';
import { virsh } from '../guest/domains.ts';
import { type Cloud } from '../integration/cloud.ts';
import { leftOver } from './left-over.ts';

const BACKUP_TYPE = '6';

/** Disk files of a domain by device, as libvirt tells them. */
export async function diskFiles(vmId: number): Promise<string> {
  return virsh('domblklist', `one-${vmId}`);
}

/** `disks` is what `diskFiles` said before; `operation` is the run that has ended. */
export async function expectNothingLeft(
  cloud: Cloud,
  vmId: number,
  operation: Pick<Operation, 'id'>,
  disks: string,
): Promise<void> {
  expect(await diskFiles(vmId)).toBe(disks);
  expect(await leftOver(cloud, vmId, operation)).toEqual([]);
}

/** Snapshots and images tell of the same backups. What KEEP_LAST drops may still be on its way out. */
export async function expectSameBackups(cloud: Cloud): Promise<void> {
  await expect.poll(() => bookkeeping(cloud), { interval: 500 }).toEqual(BALANCED);
}

const BALANCED = { withoutImage: [], withoutSnapshot: [], notReady: [] };

async function bookkeeping(cloud: Cloud): Promise<Record<keyof typeof BALANCED, string[]>> {
  const images = (await cloud.pool('image')).filter(
    (image) => image.textOf('TYPE') === BACKUP_TYPE && image.textOf('DATASTORE_ID') === String(cloud.backups),
  );
  const snapshots = (await cloud.snapshots()).map(({ short_id }) => short_id);
  const sources = images.map((image) => image.textOf('SOURCE'));
  // of a half-deleted one the data may be gone already: it goes first
  const whole = images.filter((image) => !isHalfDeleted(image)).map((image) => image.textOf('SOURCE'));
  return {
    withoutImage: snapshots.filter((id) => !sources.includes(id)),
    withoutSnapshot: whole.filter((id) => !snapshots.includes(id)),
    notReady: images
      .filter((image) => image.textOf('STATE') !== '1' && !isHalfDeleted(image))
      .map((image) => `${image.textOf('ID')}: ${image.textOf('STATE')}`),
  };
}

/** A deletion that was interrupted shows as such, and the next backup brings it to its end. */
function isHalfDeleted(image: XmlElement): boolean {
  return image.textOf('STATE') === '5' && /deleted/.test(image.textOf('TEMPLATE/ERROR'));
}

/** The record says failed and why, and the VM's ERROR says the same. */
export async function expectExplained(cloud: Cloud, vmId: number, operation: Operation): Promise<string> {
  expect(operation.result).toBe('failed');
  expect(operation.reason).not.toBe('');
  const shown = (await cloud.info('vm', vmId)).textOf('USER_TEMPLATE/ERROR');
  expect(shown).toContain(operation.reason);
  return operation.reason;
}
