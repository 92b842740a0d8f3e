import { expect, test } from 'vitest';
import * as sample from '../../../tests/golden/objects.ts';
import { readXml, type XmlElement } from '../xml-read.ts';
import { datastorePoolXml, datastoreXml } from './datastore.ts';
import { hostPoolXml, hostXml } from './host.ts';
import { imagePoolXml, imageXml } from './image.ts';
import { groupPoolXml, groupXml, userPoolXml, userXml } from './user.ts';
import { vmTemplatePoolXml, vmTemplateXml } from './vm-template.ts';
import { vmPoolXml, vmXml } from './vm.ts';

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
      'TEMPLATE SNAPSHOTS BACKUP_INCREMENTS',
  );
});

test('a pool entry has only the last history record', () => {
  const records = readXml(vmPoolXml([sample.vm], false)).children('VM/HISTORY_RECORDS/HISTORY');
  expect(records.map((record) => record.textOf('SEQ'))).toEqual(['1']);
});

test('points of an image that is no chain are not shown', () => {
  const image = readXml(imageXml({ ...sample.backupImage, isChain: false }));
  expect(image.child('BACKUP_INCREMENTS')?.elements).toEqual([]);
});

test('no password hash leaves', () => {
  expect(userXml(sample.user)).not.toContain('scrypt');
});
