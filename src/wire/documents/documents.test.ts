import { expect, test } from 'vitest';
import * as sample from '../../../tests/golden/objects.ts';
import { readXml, type XmlElement } from '../xml-read.ts';
import { datastorePoolXml, datastoreXml } from './datastore.ts';
import { hostPoolXml, hostXml } from './host.ts';
import { imagePoolXml, imageXml } from './image.ts';
import { groupPoolXml, groupXml, userPoolXml, userXml } from './user.ts';
import { vmTemplatePoolXml, vmTemplateXml } from './vm-template.ts';
import { vmPoolEntryXml, vmPoolXml, vmXml } from './vm.ts';

const documents: Record<string, string> = {
  vm: vmXml(sample.vm),
  'vm-pending': vmXml(sample.pendingVm),
  'vm-pool': vmPoolXml([sample.pendingVm, sample.vm], false),
  'vm-pool-extended': vmPoolXml([sample.vm], true),
  'vm-pool-empty': vmPoolXml([], false),
  'image-backup': imageXml(sample.backupImage),
  image: imageXml(sample.diskImage),
  'image-pool': imagePoolXml([sample.diskImage, sample.backupImage]),
  datastore: datastoreXml(sample.datastore, [1]),
  'datastore-pool': datastorePoolXml([sample.datastore, sample.systemDatastore], sample.datastoreImages),
  host: hostXml(sample.host, sample.hostShare),
  'host-pool': hostPoolXml([{ ...sample.host, lastMonitored: 0 }], new Map([[0, sample.hostShare]])),
  vmtemplate: vmTemplateXml(sample.vmTemplate),
  'vmtemplate-pool': vmTemplatePoolXml([sample.vmTemplate]),
  user: userXml(sample.user),
  'user-pool': userPoolXml([sample.user]),
  group: groupXml(sample.group, [2]),
  'group-pool': groupPoolXml([sample.group], new Map([[1, [2]]])),
};

test.each(Object.entries(documents))('%s is the golden document', async (name, xml) => {
  await expect(`${xml.replace(/(?<!\])>(?=<[A-Z/])/g, '>\n')}\n`).toMatchFileSnapshot(
    `../../../tests/golden/xml/${name}.xml`,
  );
});

const names = (element: XmlElement): string => element.elements.map((child) => child.name).join(' ');

test('elements stand in the order of the original', () => {
  const vm = readXml(vmXml(sample.vm));
  expect(names(vm)).toBe(
    'ID UID GID UNAME GNAME NAME PERMISSIONS LAST_POLL STATE LCM_STATE PREV_STATE PREV_LCM_STATE RESCHED STIME ETIME ' +
      'DEPLOY_ID MONITORING SCHED_ACTIONS TEMPLATE USER_TEMPLATE HISTORY_RECORDS BACKUPS',
  );
  expect(vm.child('BACKUPS/BACKUP_CONFIG')).toSatisfy(
    (config: XmlElement) =>
      names(config) ===
      'BACKUP_VOLATILE FS_FREEZE INCREMENTAL_BACKUP_ID INCREMENT_MODE KEEP_LAST LAST_INCREMENT_ID MODE',
  );
  const entry = readXml(vmPoolXml([sample.vm], false)).children('VM')[0];
  expect(entry && names(entry)).toBe(
    'ID UID GID UNAME GNAME NAME LAST_POLL STATE LCM_STATE RESCHED STIME ETIME DEPLOY_ID TEMPLATE MONITORING ' +
      'USER_TEMPLATE HISTORY_RECORDS',
  );
  expect(names(readXml(imageXml(sample.backupImage)))).toBe(
    'ID UID GID UNAME GNAME NAME PERMISSIONS TYPE DISK_TYPE PERSISTENT REGTIME SOURCE PATH FORMAT FS SIZE STATE ' +
      'PREV_STATE RUNNING_VMS CLONING_OPS CLONING_ID TARGET_SNAPSHOT DATASTORE_ID DATASTORE VMS CLONES APP_CLONES ' +
      'TEMPLATE SNAPSHOTS BACKUP_INCREMENTS BACKUP_DISK_IDS',
  );
});

const shown = (element: XmlElement | undefined): string[] =>
  element?.elements.map(({ name, text }) => `${name} ${text}`) ?? [];

test('a backup that is under way says where to, and the last one says how it was', () => {
  const { backups } = sample.vm;
  const running = { ...backups, running: { datastoreId: 100 } };
  const vm = readXml(vmXml({ ...sample.vm, backups: running }));
  expect(shown(vm.child('BACKUPS/BACKUP_CONFIG')).slice(-3)).toEqual([
    'LAST_DATASTORE_ID 100',
    'LAST_INCREMENT_ID 1',
    'MODE INCREMENT',
  ]);
  expect(shown(vm.child('BACKUPS/LAST_BACKUP'))).toEqual([
    'IMAGE_ID 1',
    'INCREMENT_ID 1',
    'TYPE INCREMENT',
    'REASON changes since increment 0 of image 1',
    'CONSISTENCY filesystem',
    'DATE 1669904566',
  ]);
  const unconfigured = readXml(vmXml({ ...sample.pendingVm, backups: { ...running, configured: false } }));
  expect(shown(unconfigured.child('BACKUPS/BACKUP_CONFIG'))).toEqual(['LAST_DATASTORE_ID 100']);
  expect(readXml(vmXml(sample.pendingVm)).child('BACKUPS/LAST_BACKUP')).toBeUndefined();
});

test('a point says after what OpenNebula tells why it is so, and whether it was found good', () => {
  const [first, second] = sample.backupImage.points;
  if (!first || !second) throw new Error('The sample has no points.');
  const verified = { date: 5, good: false, reason: 'disk 0 of layer 6968545c is not as it was written' };
  const image = { ...sample.backupImage, points: [first, { ...second, verified }] };
  const told = readXml(imageXml(image))
    .children('BACKUP_INCREMENTS/INCREMENT')
    .map((point) => shown(point).slice(6));
  expect(told).toEqual([
    ['REASON the first backup of a chain', 'CONSISTENCY crash', 'VERIFIED 1669905000'],
    [
      'REASON changes since increment 0 of image 1',
      'CONSISTENCY filesystem',
      'VERIFIED 0',
      'VERIFY_ERROR disk 0 of layer 6968545c is not as it was written',
    ],
  ]);
});

test('a pool entry has only the last history record', () => {
  const records = readXml(vmPoolXml([sample.vm], false)).children('VM/HISTORY_RECORDS/HISTORY');
  expect(records.map((record) => record.textOf('SEQ'))).toEqual(['1']);
});

test('points of an image that is no chain are not shown', () => {
  const image = readXml(imageXml({ ...sample.backupImage, isChain: false }));
  expect(image.child('BACKUP_INCREMENTS')?.elements).toEqual([]);
  expect(shown(image.child('BACKUP_POINT'))).toEqual([
    'DATE 1669901816',
    'ID 0',
    'REASON the first backup of a chain',
    'CONSISTENCY crash',
    'VERIFIED 1669905000',
  ]);
  expect(readXml(imageXml(sample.diskImage)).child('BACKUP_POINT')).toBeUndefined();
});

const lock = { level: 2, owner: 3, time: 1669901324, requestId: 77 } as const;
const lockXml = '<LOCK><LOCKED>2</LOCKED><OWNER>3</OWNER><TIME>1669901324</TIME><REQ_ID>77</REQ_ID></LOCK>';

test.each([
  ['image', imageXml({ ...sample.diskImage, lock }), '</NAME>', '<PERMISSIONS>'],
  ['template', vmTemplateXml({ ...sample.vmTemplate, lock }), '</NAME>', '<PERMISSIONS>'],
  ['VM', vmXml({ ...sample.vm, lock }), '</DEPLOY_ID>', '<MONITORING>'],
  ['VM in a pool', vmPoolEntryXml({ ...sample.vm, lock }, false), '</DEPLOY_ID>', '<TEMPLATE>'],
])('the lock of a locked %s stands at its place', (_noun, xml, before, after) => {
  expect(xml).toContain(before + lockXml + after);
});

test('snapshots of a disk stand between history and backups, and disks without any have none', () => {
  const snapshot = { id: 1, name: 'before <update>', parent: 0, children: [2, 3], date: 1669901324, sizeMb: 1024 };
  const xml = vmXml({
    ...sample.vm,
    diskSnapshots: [
      { diskId: 0, nextId: 4, snapshots: [{ ...snapshot, active: true }] },
      { diskId: 1, nextId: 7, snapshots: [] },
    ],
  });
  const vm = readXml(xml);
  expect(names(vm)).toContain('HISTORY_RECORDS SNAPSHOTS BACKUPS');
  const shown = vm.child('SNAPSHOTS');
  expect(shown?.elements.map(({ name, text }) => `${name} ${text}`.trim())).toEqual([
    'ALLOW_ORPHANS NO',
    'CURRENT_BASE -1',
    'DISK_ID 0',
    'NEXT_SNAPSHOT 4',
    'SNAPSHOT',
  ]);
  expect(shown?.child('SNAPSHOT')?.elements.map(({ name, text }) => `${name} ${text}`)).toEqual([
    'ACTIVE YES',
    'CHILDREN 2,3',
    'DATE 1669901324',
    'ID 1',
    'NAME before <update>',
    'PARENT 0',
    'SIZE 1024',
  ]);
});

test('lists that others tell are shown as they are handed in', () => {
  const image = readXml(imageXml(sample.diskImage, [4, 7]));
  expect([image.textOf('RUNNING_VMS'), image.children('VMS/ID').map(({ text }) => text)]).toEqual(['2', ['4', '7']]);
  const host = readXml(hostXml(sample.host, { vms: [4, 7, 9], cpu: 350, memKb: 4096 }));
  const share = (name: string): string => host.textOf(`HOST_SHARE/${name}`);
  expect([share('CPU_USAGE'), share('MEM_USAGE'), share('RUNNING_VMS'), share('TOTAL_CPU')]).toEqual([
    '350',
    '4096',
    '3',
    '800',
  ]);
});

test('a token is told by its hash, and in pools every user is followed by its quotas', () => {
  const user = { ...sample.user, tokens: [{ hash: 'c0ffee', expires: -1, egid: 100 }] };
  expect(userXml(user)).toContain(
    '<LOGIN_TOKEN><TOKEN>c0ffee</TOKEN><EXPIRATION_TIME>-1</EXPIRATION_TIME><EGID>100</EGID></LOGIN_TOKEN><TEMPLATE>',
  );
  const session = { hash: 'cafe', expires: 9, egid: -1, session: true as const };
  expect(userXml({ ...sample.user, tokens: [session] })).toContain(
    '<EGID>-1</EGID><SESSION>YES</SESSION></LOGIN_TOKEN>',
  );
  expect(names(readXml(userPoolXml([user, sample.user])))).toBe('USER QUOTAS USER QUOTAS DEFAULT_USER_QUOTAS');
});

test('no password hash leaves', () => {
  expect(userXml(sample.user)).not.toContain('scrypt');
});
