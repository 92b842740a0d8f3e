// A small cloud that fits together, and every kind of damage planted into it by SQL: what is found, and what a repair mends.
import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupImage, diskImage, host, systemDatastore, user, vm } from '../../tests/golden/objects.ts';
import { DEFAULT_BACKUP_CONFIG } from '../model/backup-config.ts';
import { permissionsFromOctet } from '../model/permissions.ts';
import { openSqlite } from '../store/sqlite.ts';
import { lockState } from '../store/state-lock.ts';
import type { Store } from '../store/store.ts';
import { main } from './main.ts';
import { look, mend } from './run.ts';

const MAC = '02:00:0a:00:00:05';
const NIC: Array<[string, string]> = [
  ['NIC_ID', '0'],
  ['NETWORK_ID', '0'],
  ['AR_ID', '0'],
  ['MAC', MAC],
];

let directory: string;
let database: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-fsck-'));
  database = join(directory, 'one.db');
  const store = await openSqlite(database);
  await fill(store);
  await store.close();
});
afterEach(() => rm(directory, { recursive: true }));

async function fill(store: Store): Promise<void> {
  const owner = { uid: 2, gid: 100, uname: 'ann', gname: 'team', permissions: permissionsFromOctet(0o600) };
  await store.clusters.allocate((id) => ({ id, name: 'default', template: [] }), 0);
  await store.groups.allocate((id) => ({ id, name: 'team', admins: [2], template: [] }));
  await store.users.allocate((id) => ({ ...user, id, gid: 100, gname: 'team', groups: [100] }));
  await store.hosts.allocate((id) => ({ ...host, id }));
  for (const [id, name] of [
    [0, 'system'],
    [1, 'default'],
  ] as const) {
    await store.datastores.allocate(() => ({ ...systemDatastore, ...owner, id, name }), id);
  }
  await store.images.allocate((id) => ({ ...diskImage, ...owner, id, state: 2 }));
  await store.vnets.allocate((id) => ({
    ...{ ...owner, id, name: 'private', clusters: [0], bridge: 'br0', bridgeType: 'linux', state: 1, prevState: 1 },
    ...{ vnMad: 'bridge', phydev: '', vlanId: '', automaticVlanId: false, nextRangeId: 1, template: [] },
    ranges: [
      {
        ...{ id: 0, type: 'IP4', size: 10, mac: '02:00:0a:00:00:01', ip: '10.0.0.1' },
        ...{ globalPrefix: '', ulaPrefix: '', attributes: [] },
      },
    ],
  }));
  await store.vms.allocate((id) => ({
    ...structuredClone(vm),
    ...owner,
    id,
    template: [
      ['CPU', '1'],
      ['MEMORY', '256'],
      ['DISK', [['IMAGE_ID', '0']]],
      ['NIC', NIC],
    ],
    backups: {
      configured: true,
      config: {
        ...DEFAULT_BACKUP_CONFIG,
        mode: 'INCREMENT',
        incrementalBackupId: 1,
        lastIncrementId: 1,
        backupJobId: 0,
      },
      ids: [1],
    },
  }));
  await store.leases.take({ vnetId: 0, arId: 0, index: 4, vm: 0, nicId: 0 });
  await store.leases.take({ vnetId: 0, arId: 0, index: 9, vm: -1, nicId: -1 });
  await store.images.allocate((id) => ({ ...backupImage, ...owner, id, vms: [0], datastoreId: 1 }));
  await store.backupJobs.allocate((id) => ({
    ...{ ...owner, id, name: 'nightly', priority: 50, lastBackupTime: 0, lastBackupDurationSec: 0 },
    ...{ updatedVms: [], outdatedVms: [], backingUpVms: [], errorVms: [], cancelledVms: [] },
    template: [
      ['BACKUP_VMS', '0'],
      ['DATASTORE_ID', '1'],
    ],
  }));
  for (const type of ['VM', 'BACKUPJOB'] as const) {
    await store.actions.allocate((id) => ({
      ...{ id, parent: { type, id: 0 }, uid: 0, action: 'backup', args: '', doneSec: -1, message: '', warning: 0 },
      schedule: { timeSec: 2_000_000_000, anchorSec: 2_000_000_000, repeat: -1, days: [], endType: -1, endValue: -1 },
      finished: false,
    }));
  }
  const zone = { kind: 'all' as const };
  await store.rules.allocate((id) => ({
    ...{ id, zone, resources: ['DATASTORE'], rights: ['USE'] },
    ...{ user: { kind: 'group', id: 100 }, object: { kind: 'id', id: 1 } },
  }));
}

/** Runs SQL beside everything that takes care. */
function plant(...statements: string[]): void {
  const db = new DatabaseSync(database);
  for (const statement of statements) db.exec(statement);
  db.close();
}

const found = async (): Promise<Array<[subject: string, text: string]>> =>
  (await look({ database })).findings.map(({ subject, text }) => [subject, text]);
const body = (table: string, oid: number, path: string, value: string): string =>
  `UPDATE ${table} SET body = json_set(body, '${path}', ${value}) WHERE oid = ${oid}`;

it('finds nothing where everything fits together', async () => {
  const { records, findings } = await look({ database });
  expect(findings).toEqual([]);
  expect([records.vms.size, records.images.size, records.leases.length]).toEqual([1, 2, 2]);
});

describe('what can be made from the objects', () => {
  const damages: Array<[string, string, RegExp]> = [
    [`UPDATE image_pool SET name = 'other' WHERE oid = 0`, 'columns', /column name of image \[0\] is other/],
    [`UPDATE vm_pool SET perms = 7`, 'columns', /column perms of virtual machine \[0\] is 7/],
    [`UPDATE vm_pool SET state = 8`, 'columns', /column state .* is 8, its record says 3/],
    [`DELETE FROM link WHERE kind = 'vm-image'`, 'links', /not noted that virtual machine \[0\] says vm-image 0/],
    [`INSERT INTO link VALUES ('vm-image', 7, 0)`, 'links', /noted that 7 says vm-image 0/],
    [`DELETE FROM charge WHERE metric = 'VMS'`, 'charges', /1 are not counted for vm_pool 0 VM -1 VMS/],
    [
      `UPDATE charge SET amount = amount + 1 WHERE metric = 'MEMORY'`,
      'charges',
      /257 of user 2 and group 100 are counted/,
    ],
    [`UPDATE charge SET uid = 3 WHERE metric = 'VMS'`, 'charges', /1 of user 3 and group 100/],
    [
      `INSERT INTO charge VALUES ('operation', 'ab', 2, 100, 'DATASTORE', 1, 'SIZE', 40)`,
      'charges',
      /40 are counted for operation ab DATASTORE 1 SIZE, which nothing takes/,
    ],
    [`DELETE FROM due WHERE oid = 0`, 'due', /action_pool 0 is noted as due never; its record says at 2000000000/],
    [`UPDATE due SET at = 5 WHERE oid = 1`, 'due', /action_pool 1 is noted as due at 5/],
    [`DELETE FROM lease WHERE vm_id = 0`, 'leases', /NIC 0 of VM 0 has an address that is not noted/],
    [`INSERT INTO lease VALUES (0, 0, 5, 0, 1)`, 'leases', /address 5 .* VM 0's, whose NIC 1 does not have it/],
    [`INSERT INTO lease VALUES (0, 0, 10, -1, -1)`, 'leases', /address 10 .* is in no range/],
    [`INSERT INTO lease VALUES (3, 0, 1, -1, -1)`, 'leases', /of network 3 .* is in no range/],
    [`UPDATE pool_control SET last_oid = 0 WHERE pool = 'image_pool'`, 'ids', /next id of image_pool would be 1/],
    [`DELETE FROM pool_control WHERE pool = 'group_pool'`, 'ids', /next id of group_pool would be 100/],
  ];
  it.each(damages)('%s', async (sql, subject, text) => {
    plant(sql);
    const findings = await found();
    expect(findings.map(([one]) => one)).toContain(subject);
    expect(findings.map(([, one]) => one).join('\n')).toMatch(text);
    const { repaired, findings: left } = await mend({ database }, directory);
    expect(repaired).toBeGreaterThan(0);
    expect(left).toEqual([]);
    expect(await found()).toEqual([]);
  });

  it('is all repaired at once, and what was held back stays', async () => {
    plant(...damages.map(([sql]) => sql));
    const before = (await found()).length;
    expect(before).toBeGreaterThan(10);
    expect(await mend({ database }, directory)).toMatchObject({ repaired: before, findings: [] });
    const store = await openSqlite(database);
    expect(await store.leases.find(0, 0, 9)).toMatchObject({ vm: -1 });
    expect((await store.images.allocate((id) => ({ ...diskImage, id }))).id).toBe(2);
    await store.close();
  });
});

describe('what only a person can decide', () => {
  it.each([
    [body('vm_pool', 0, '$.template', `'not a list'`), 'record', /virtual machine \[0\] cannot be read/],
    [
      body('vm_pool', 0, '$.template[0][1]', '7'),
      'record',
      /virtual machine \[0\] cannot be read: its template is none/,
    ],
    [body('vm_pool', 0, '$.permissions.otherA', '1'), 'record', /its permissions are none/],
    [`UPDATE image_pool SET body = '7' WHERE oid = 0`, 'record', /image \[0\] cannot be read/],
    [`UPDATE image_pool SET body = '{' WHERE oid = 0`, 'record', /image \[0\] cannot be read/],
    [body('image_pool', 0, '$.id', '9'), 'record', /image \[0\] cannot be read: it says that its id is 9/],
    [`DELETE FROM datastore_pool WHERE oid = 1`, 'reference', /image \[0\] .* names datastore 1, which does not exist/],
    [`DELETE FROM image_pool WHERE oid = 0`, 'reference', /VM \[0\] names image 0, which does not exist/],
    [`DELETE FROM host_pool`, 'reference', /VM \[0\] names host 0, which does not exist/],
    [`DELETE FROM vnet_pool`, 'reference', /VM \[0\] names network 0, which does not exist/],
    [`DELETE FROM group_pool`, 'reference', /user \[2\] names group 100, which does not exist/],
    [`DELETE FROM cluster_pool`, 'reference', /host \[0\] names cluster 0, which does not exist/],
    [`DELETE FROM user_pool`, 'reference', /image \[0\] names user 2, which does not exist/],
    [body('user_pool', 2, '$.groups', `json('[]')`), 'reference', /group 100 as the primary one, but is not in it/],
    [body('group_pool', 100, '$.admins', `json('[3]')`), 'reference', /user 3 as administrator, who is not in it/],
    [body('host_pool', 0, '$.cluster', `'rack'`), 'reference', /calls its cluster 0 "rack"; the name is "default"/],
    [
      body('vm_pool', 0, '$.template[3][1][3][1]', `'02:00:0a:00:00:63'`),
      'reference',
      /has the address 02:00:0a:00:00:63/,
    ],
    [body('image_pool', 0, '$.state', '1'), 'state', /image \[0\] is marked as free, but VM 0 uses it/],
    [body('vm_pool', 0, '$.state', '6'), 'state', /image \[0\] is marked as used, but no VM uses it/],
    [body('image_pool', 0, '$.state', '8'), 'state', /image \[0\] is not persistent/],
    [body('vm_pool', 0, '$.template[2][1][0][1]', `'1'`), 'state', /image \[1\] is a backup, but a disk of VM 0/],
    [body('vm_pool', 0, '$.operationId', `'ab'`), 'state', /VM \[0\] belongs to run ab, which does not go on/],
    [body('vm_pool', 0, '$.lcmState', '69'), 'state', /VM \[0\] is in a backup, but no run owns it/],
    [body('vm_pool', 0, '$.lcmState', '71'), 'state', /VM \[0\] is in a restore, but no run owns it/],
    [
      `INSERT INTO operation (id, vm_id, result, started_at, body) VALUES ('ab', 0, 'running', 1, '{"id":"ab","kind":"backup","vmId":0,"imageIds":[]}')`,
      'state',
      /Run ab is a backup of VM 0, which does not belong to it/,
    ],
    [
      `INSERT INTO operation (id, vm_id, result, started_at, body) VALUES ('ab', 0, 'running', 1, '{"id":"ab","kind":"restore","vmId":0,"imageIds":[0]}')`,
      'state',
      /Run ab fills image 0, which does not wait for it/,
    ],
    [`DELETE FROM image_pool WHERE oid = 1`, 'backup', /VM \[0\] has backup 1, which does not exist/],
    [body('image_pool', 1, '$.vms', `json('[]')`), 'backup', /image \[1\] is a backup of no VM/],
    [body('vm_pool', 0, '$.backups.ids', `json('[]')`), 'backup', /chain of backup 1, which is not among its backups/],
    [body('vm_pool', 0, '$.backups.ids', `json('[0,1]')`), 'backup', /has backup 0, which is no backup/],
    [
      body('vm_pool', 0, '$.backups.config.lastIncrementId', '7'),
      'backup',
      /goes on after increment 7, but image 1 ends with/,
    ],
    [
      body('image_pool', 1, '$.points[1].parentId', '5'),
      'backup',
      /increment 1 is broken: increment 5, which others need/,
    ],
    [body('image_pool', 1, '$.points[1].id', '0'), 'backup', /has increment 0 out of order/],
    [body('image_pool', 1, '$.sizeMb', '5'), 'backup', /has 5 MB, but its increments have 172/],
    [body('image_pool', 1, '$.garbage', `json('["25f4b298"]')`), 'backup', /holds snapshot 25f4b298, and image 1 does/],
    [`DELETE FROM vm_pool`, 'backup', /image \[1\] is a backup of VM 0, which does not exist/],
    [`DELETE FROM backupjob_pool`, 'backup', /VM \[0\] says that it is in backup job 0, which does not exist/],
    [
      `UPDATE vm_pool SET body = json_remove(body, '$.backups.config.backupJobId')`,
      'backup',
      /backup job \[0\] lists VM 0, which says that it is not in it/,
    ],
    [`DELETE FROM datastore_pool WHERE oid = 1`, 'rule', /rule \[0\] names DATASTORE 1, which does not exist/],
    [body('acl_pool', 0, '$.user.id', '7'), 'rule', /rule \[0\] names group 7, which does not exist/],
    [body('image_pool', 0, '$.name', `'a/b'`), 'name', /image \[0\] has a name that none may have/],
    [body('datastore_pool', 1, '$.name', `'system'`), 'name', /datastore \[1\] has the same name as datastore \[0\]/],
  ] as Array<[string, string, RegExp]>)('%s', async (sql, subject, text) => {
    plant(sql);
    const texts = (await found()).flatMap(([one, sentence]) => (one === subject ? [sentence] : []));
    expect(texts.join('\n')).toMatch(text);
  });

  it('stays when the rest is repaired, and nothing is repaired while a record cannot be read', async () => {
    plant(body('image_pool', 0, '$.state', '1'), `DELETE FROM link`);
    const { findings, repaired } = await mend({ database }, directory);
    expect(repaired).toBeGreaterThan(0);
    expect(findings.map(({ subject }) => subject)).toEqual(['state']);
    plant(`UPDATE image_pool SET body = '{' WHERE oid = 0`, `DELETE FROM charge`);
    await expect(mend({ database }, directory)).rejects.toThrow('Nothing is repaired while a record cannot be read');
  });
});

describe('beside a daemon', () => {
  it('it looks, but does not repair', async () => {
    const unlock = lockState(directory);
    const store = await openSqlite(database);
    await store.images.update(0, (image) => void (image.sizeMb = 7));
    expect(await found()).toEqual([]);
    await expect(mend({ database }, directory)).rejects.toThrow('Another daemon works on');
    await store.close();
    unlock();
    expect((await mend({ database }, directory)).findings).toEqual([]);
  });

  it('it changes nothing by looking, and makes no database', async () => {
    await expect(look({ database: join(directory, 'none.db') })).rejects.toThrow('There is no database');
    plant(`DROP TABLE kysely_migration`);
    await expect(look({ database })).rejects.toThrow('is of an older version');
  });
});

it('the command ends with 0 when everything fits together, with 1 otherwise', async () => {
  const lines: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
  try {
    expect(await main(['--state', directory])).toBe(0);
    plant(`DELETE FROM link`);
    expect(await main(['--state', directory])).toBe(1);
    expect(await main(['--state', directory, '--repair'])).toBe(0);
  } finally {
    process.stdout.write = write;
  }
  const said = lines.join('');
  expect(said).toMatch(/^Looked at 1 virtual machines, 2 images, .*\nEverything fits together\.\n/);
  expect(said).toMatch(/links {6}It is not noted that .*\n(.*\n)*\d+ found wrong\.\n\d+ of them are repaired by/);
  expect(said).toMatch(/Repaired \d+\.\nEverything fits together\.\n$/);
});
