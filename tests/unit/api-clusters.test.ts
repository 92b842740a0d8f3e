// Clusters and their members over the API, and what there is exactly one of: zone, security group, virtual data centre, configuration.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAclNumbers } from '../../src/wire/acl-numbers.ts';
import { parseAclText } from '../../src/wire/acl-text.ts';
import { readXml } from '../../src/wire/xml-read.ts';
import { look } from '../../src/fsck/run.ts';
import { FakeCloud } from './fake-cloud.ts';

const CODE = { AUTHORIZATION: 512, NO_EXISTS: 1024, ACTION: 2048, ALLOCATE: 16384 };

let cloud: FakeCloud;
let ann: string;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  ann = await cloud.user('ann');
});
afterAll(() => cloud.close());

const ids = async (cluster: number, path: string): Promise<number[]> =>
  (await cloud.xml('one.cluster.info', cluster)).children(`${path}/ID`).map(({ text }) => Number(text));

describe('clusters', () => {
  it('begin with the default one, which stays', async () => {
    expect((await cloud.xml('one.clusterpool.info')).children('CLUSTER/NAME').map(({ text }) => text)).toEqual([
      'default',
    ]);
    expect(await ids(0, 'DATASTORES')).toEqual([0, 1, 2]);
    await expect(cloud.call('one.cluster.delete', 0)).rejects.toMatchObject({ code: CODE.ACTION });
  });

  it('have members, which say so themselves', async () => {
    const host = await cloud.host();
    const cluster = await cloud.id('one.cluster.allocate', 'rack');
    expect(cluster).toBe(100);
    await expect(cloud.call('one.cluster.allocate', 'rack')).rejects.toMatchObject({ code: CODE.ALLOCATE });
    await cloud.call('one.cluster.addhost', cluster, host);
    await cloud.call('one.cluster.adddatastore', cluster, 1);
    await cloud.call('one.cluster.adddatastore', cluster, 1);
    expect([await ids(cluster, 'HOSTS'), await ids(0, 'HOSTS'), await ids(cluster, 'DATASTORES')]).toEqual([
      [host],
      [],
      [1],
    ]);
    expect((await cloud.store.datastores.get(1)).clusters).toEqual([0, cluster]);
    await cloud.call('one.cluster.rename', cluster, 'shelf');
    expect(await cloud.store.hosts.get(host)).toMatchObject({ clusterId: cluster, cluster: 'shelf' });
    await cloud.call('one.cluster.update', cluster, 'PLACE="cellar"', 1);
    expect((await cloud.xml('one.cluster.info', cluster)).child('TEMPLATE/PLACE')?.text).toBe('cellar');

    await expect(cloud.call('one.cluster.delete', cluster)).rejects.toMatchObject({
      code: CODE.ACTION,
      message: expect.stringContaining(`it has the hosts ${host}`) as string,
    });
    await expect(cloud.call('one.cluster.delhost', 0, host)).rejects.toMatchObject({ code: CODE.ACTION });
    await cloud.call('one.cluster.delhost', cluster, host);
    expect(await cloud.store.hosts.get(host)).toMatchObject({ clusterId: 0, cluster: 'default' });
    await expect(cloud.call('one.cluster.delete', cluster)).rejects.toMatchObject({ code: CODE.ACTION });
    await cloud.call('one.cluster.deldatastore', cluster, 1);
    await expect(cloud.call('one.cluster.deldatastore', cluster, 1)).rejects.toMatchObject({ code: CODE.ACTION });
    await cloud.call('one.cluster.delete', cluster);
    await expect(cloud.call('one.cluster.info', cluster)).rejects.toMatchObject({ code: CODE.NO_EXISTS });
  });

  it('are for administrators, and for whom a rule says so', async () => {
    const cluster = await cloud.id('one.cluster.allocate', 'mine');
    for (const [method, ...params] of [
      ['one.cluster.allocate', 'x'],
      ['one.cluster.info', cluster],
      ['one.cluster.rename', cluster, 'x'],
      ['one.cluster.update', cluster, 'A=1', 1],
      ['one.cluster.adddatastore', cluster, 1],
      ['one.cluster.addhost', cluster, 0],
      ['one.cluster.delete', cluster],
    ] as Array<[string, ...(string | number)[]]>) {
      await expect(cloud.callAs(ann, method, ...params)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    }
    expect(await cloud.text(ann, 'one.clusterpool.info')).toBe('<CLUSTER_POOL></CLUSTER_POOL>');
    const { user, resource, rights } = formatAclNumbers(parseAclText(`@1 CLUSTER/#${cluster} USE+ADMIN`));
    await cloud.call('one.acl.addrule', user, resource, rights);
    // the cluster is hers now, the datastore is not
    await expect(cloud.callAs(ann, 'one.cluster.adddatastore', cluster, 1)).rejects.toMatchObject({
      code: CODE.AUTHORIZATION,
      objectId: 1,
    });
    await cloud.callAs(ann, 'one.cluster.delete', cluster);
  });
});

describe('what there is one of', () => {
  it.each([
    ['zone', 'ZONE', 'OpenNebula'],
    ['secgroup', 'SECURITY_GROUP', 'default'],
    ['vdc', 'VDC', 'default'],
  ])('%s', async (word, root, name) => {
    const document = await cloud.xml(`one.${word}.info`, 0);
    expect([document.name, document.child('ID')?.text, document.child('NAME')?.text]).toEqual([root, '0', name]);
    const pool = await cloud.xml(`one.${word}pool.info`, -2, -1, -1);
    expect([pool.name, pool.children(root).length]).toEqual([`${root}_POOL`, 1]);
    await expect(cloud.call(`one.${word}.info`, 1)).rejects.toMatchObject({ code: CODE.NO_EXISTS, objectId: 1 });
  });

  it('the zone says where its API is, to everybody; the virtual data centre is not for everybody', async () => {
    expect(readXml(await cloud.text(ann, 'one.zone.info', 0)).child('TEMPLATE/ENDPOINT')?.text).toBe(cloud.endpoint);
    await cloud.callAs(ann, 'one.secgroup.info', 0);
    await expect(cloud.callAs(ann, 'one.vdc.info', 0)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    await expect(cloud.callAs(ann, 'one.vdc.info', 1)).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    expect(await cloud.text(ann, 'one.vdcpool.info')).toBe('<VDC_POOL/>');
  });

  it('the configuration says what is true here, to administrators', async () => {
    const document = await cloud.xml('one.system.config');
    expect(document.name).toBe('OPENNEBULA_CONFIGURATION');
    const value = (name: string): string | undefined => document.child(name)?.text;
    expect(value('DATASTORE_LOCATION')).toBe(cloud.config.datastoreLocation);
    expect([value('DEFAULT_UMASK'), value('API_LIST_ORDER'), value('VM_USE_OPERATIONS')]).toEqual(['177', 'DESC', '']);
    expect(value('VM_ADMIN_OPERATIONS')?.split(', ')).toContain('backup');
    expect(value('VM_MANAGE_OPERATIONS')?.split(', ')).toContain('poweroff');
    await expect(cloud.callAs(ann, 'one.system.config')).rejects.toMatchObject({ code: CODE.AUTHORIZATION });
    expect(await cloud.callAs(ann, 'one.system.version')).toBe('6.8.3');
  });
});

it('leaves records that fit together', async () => {
  expect((await look(cloud.config)).findings).toEqual([]);
});
