import { expect, it } from 'vitest';
import { readXml } from '../xml-read.ts';
import { defaultQuotasXml, quotaElements, quotasXml, type QuotaView } from './quota.ts';

const view: QuotaView = [
  { kind: 'VM', id: -1, limits: { CPU: 250, MEMORY: 2048, VMS: 3 }, used: { CPU: 105, RUNNING_CPU: 100, VMS: 2 } },
  { kind: 'DATASTORE', id: 100, limits: { SIZE: 10240 }, used: { IMAGES: 1, SIZE: 172 } },
  { kind: 'DATASTORE', id: 1, limits: { IMAGES: -2, CPU: 1 }, used: {} },
  { kind: 'IMAGE', id: 7, limits: { RVMS: 0 }, used: { RVMS: 1 } },
];

function shown(xml: string, path: string): string[] {
  return readXml(`<Q>${xml}</Q>`)
    .children(path)
    .map((entry) => entry.elements.map(({ name, text }) => `${name}=${text}`).join(' '));
}

it('shows limits beside usage, by id, CPU in cores', () => {
  const xml = quotaElements(view);
  expect(shown(xml, 'DATASTORE_QUOTA/DATASTORE')).toEqual([
    'ID=1 IMAGES=-2 IMAGES_USED=0 SIZE=-1 SIZE_USED=0',
    'ID=100 IMAGES=-1 IMAGES_USED=1 SIZE=10240 SIZE_USED=172',
  ]);
  expect(shown(xml, 'VM_QUOTA/VM')).toEqual([
    'CPU=2.50 CPU_USED=1.05 MEMORY=2048 MEMORY_USED=0 RUNNING_CPU=-1 RUNNING_CPU_USED=1 RUNNING_MEMORY=-1 ' +
      'RUNNING_MEMORY_USED=0 RUNNING_VMS=-1 RUNNING_VMS_USED=0 SYSTEM_DISK_SIZE=-1 SYSTEM_DISK_SIZE_USED=0 VMS=3 VMS_USED=2',
  ]);
  expect(shown(xml, 'IMAGE_QUOTA/IMAGE')).toEqual(['ID=7 RVMS=0 RVMS_USED=1']);
});

it('has all four elements even when there are no quotas', () => {
  const none = '<DATASTORE_QUOTA/><NETWORK_QUOTA/><VM_QUOTA/><IMAGE_QUOTA/>';
  expect(quotaElements([])).toBe(none);
  expect(quotasXml(3, [])).toBe(`<QUOTAS><ID>3</ID>${none}</QUOTAS>`);
  expect(defaultQuotasXml('group', [])).toBe(`<DEFAULT_GROUP_QUOTAS>${none}</DEFAULT_GROUP_QUOTAS>`);
});

it('default quotas have no usage, and limit nothing they do not name', () => {
  const xml = defaultQuotasXml('user', [
    { kind: 'NETWORK', id: 2, limits: { LEASES: 5 }, used: { LEASES: 4 } },
    { kind: 'DATASTORE', id: 2, limits: { IMAGES: -1 }, used: {} },
  ]);
  expect(shown(xml, 'DEFAULT_USER_QUOTAS/NETWORK_QUOTA/NETWORK')).toEqual(['ID=2 LEASES=5']);
  expect(shown(xml, 'DEFAULT_USER_QUOTAS/DATASTORE_QUOTA/DATASTORE')).toEqual(['ID=2 IMAGES=-2 SIZE=-2']);
});
