// Three control nodes on one database: whichever is killed, stopped or cut off, its runs are taken over, none is lost, none is done twice at
// once, and the node that comes back too late can write nothing.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { text } from '../../src/model/attributes.ts';
import { UPLOADING } from '../../src/model/mover-protocol.ts';
import { NodeCluster, type TestNode } from './node-cluster.ts';
import { postgresPrograms, PostgresServer } from './postgres-server.ts';

const HOSTS = 6;
const EXIT_FENCED = 75;

const programs = await postgresPrograms();
const server = programs === undefined ? undefined : await PostgresServer.open(programs);
let cluster: NodeCluster;
const ends: Array<() => Promise<void>> = [];
const vms: number[] = [];
let jobId = -1;
let goOn = '';

afterAll(async () => {
  for (const end of ends) await end();
  await server?.close();
});

const nodeCalled = (name: string): TestNode => cluster.nodes.find((node) => node.name === name)!;

/** Hosts, VMs that run on them, a datastore whose backups wait for a file, and a job of all of them. */
async function furnish(): Promise<void> {
  const [first] = cluster.nodes;
  goOn = join(cluster.directory, 'go-on');
  const disk = join(cluster.directory, 'disk.raw');
  await writeFile(disk, Buffer.alloc(1 << 20, 'data'));
  const hosts: number[] = [];
  for (let n = 0; n < HOSTS; n++) {
    const host = Number(await cluster.call(first!, 'one.host.allocate', `host${n}`, 'fake', 'fake', -1));
    const directory = join(cluster.directory, `fake-host-${n}`);
    await mkdir(directory);
    await cluster.call(first!, 'one.host.update', host, `FAKE_DIRECTORY="${directory}"`, 1);
    hosts.push(host);
  }
  await settled();
  const image = Number(
    await cluster.call(
      nodeCalled((await cluster.owners()).get('datastore:1')!),
      'one.image.allocate',
      `NAME="disk"\nPATH="${disk}"\nFORMAT="raw"`,
      1,
    ),
  );
  await cluster.until('the image is ready', async () => {
    return (await cluster.info(first!, 'one.image.info', image)).textOf('STATE') === '1';
  });
  const store = `NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"\nFAKE_WAIT_FOR="${goOn}"`;
  const datastore = Number(await cluster.call(first!, 'one.datastore.allocate', store, -1));
  for (let n = 0; n < HOSTS; n++) {
    const template = `NAME="vm${n}"\nCPU="1"\nMEMORY="64"\nDISK=[ IMAGE_ID="${image}" ]`;
    const id = Number(await cluster.call(first!, 'one.vm.allocate', template, true));
    await cluster.call(first!, 'one.vm.deploy', id, hosts[n]!, false, -1);
    vms.push(id);
  }
  await cluster.until('all VMs run', async () => (await states()).every((state) => state === '3/3'));
  const job = `NAME="all"\nBACKUP_VMS="${vms.join(',')}"\nDATASTORE_ID="${datastore}"\nEXECUTION="PARALLEL"`;
  jobId = Number(await cluster.call(first!, 'one.backupjob.allocate', job));
}

async function states(): Promise<string[]> {
  const up = cluster.nodes.find(({ endpoint }) => endpoint !== '')!;
  const read = async (id: number): Promise<string> => {
    const vm = await cluster.info(up, 'one.vm.info', id);
    return `${vm.textOf('STATE')}/${vm.textOf('LCM_STATE')}`;
  };
  return Promise.all(vms.map(read));
}

/** Every duty is some living node's, and each node has hosts. */
async function settled(): Promise<void> {
  await cluster.until('the duties are shared', async () => {
    const owners = await cluster.owners();
    const hosts = [...owners].filter(([duty]) => duty.startsWith('host:'));
    const datastores = [...owners].filter(([duty]) => duty.startsWith('datastore:'));
    const withHosts = new Set(hosts.map(([, name]) => name));
    return (
      owners.has('main') && hosts.length === HOSTS && datastores.length >= 3 && withHosts.size === cluster.nodes.length
    );
  });
}

/** Begins the job, and waits until a backup of every VM is under way and cannot end. */
async function begin(node: TestNode): Promise<void> {
  await rm(goOn, { force: true });
  await settled();
  await cluster.call(node, 'one.backupjob.backup', jobId);
  await cluster.until('all backups are under way', async () => {
    const running = (await cluster.operations('backup')).filter(({ result }) => result === 'running');
    return running.length === vms.length && running.every(({ phase }) => phase === UPLOADING);
  });
}

/** Lets the backups end, and looks whether each VM has got one more and nothing is left. */
async function finish(before: number): Promise<void> {
  await writeFile(goOn, '');
  await cluster.until('the job has ended', async () => {
    const { outdatedVms, backingUpVms } = await cluster.job(jobId);
    return outdatedVms.length + backingUpVms.length === 0;
  });
  const all = await cluster.operations('backup');
  const { template, errorVms } = await cluster.job(jobId);
  expect({ errorVms, why: text(template, 'ERROR') }).toEqual({ errorVms: [], why: undefined });
  expect(all.filter(({ result }) => result === 'running')).toEqual([]);
  await cluster.until('all VMs run', async () => (await states()).every((state) => state === '3/3'));
  for (const vmId of vms) {
    const runs = all.filter((one) => one.vmId === vmId);
    expect(runs.filter(({ result }) => result === 'done')).toHaveLength(before + 1);
    for (const [index, { endedAt }] of runs.slice(0, -1).entries())
      expect(runs[index + 1]!.startedAt).toBeGreaterThanOrEqual(endedAt);
  }
}

/** Waits until the others have what the node had, and have ended its runs. Returns after how long. */
async function takenOver(lost: TestNode, runs: readonly string[]): Promise<number> {
  const began = Date.now();
  await cluster.until(`what ${lost.name} had is taken over`, async () => {
    const owners = await cluster.owners();
    const all = await cluster.operations('backup');
    const ended = all.filter(({ id }) => runs.includes(id)).every(({ result }) => result !== 'running');
    return ended && owners.size >= HOSTS + 5 && ![...owners.values()].includes(lost.name);
  });
  return (Date.now() - began) / 1000;
}

/** Loses a node in some way while backups are under way on all, and looks that nothing is lost with it. */
async function lose(
  victim: TestNode,
  how: () => Promise<void>,
  back: () => Promise<void>,
  before: number,
): Promise<void> {
  const other = cluster.nodes.find((node) => node !== victim)!;
  await begin(other);
  const owners = await cluster.owners();
  const running = (await cluster.operations('backup')).filter(({ result }) => result === 'running');
  const runs = running.filter(({ hostId }) => owners.get(`host:${hostId}`) === victim.name).map(({ id }) => id);
  expect(runs.length).toBeGreaterThan(0);
  await how();
  const endpoint = victim.endpoint;
  victim.endpoint = '';
  const seconds = await takenOver(victim, runs);
  console.log(
    `${victim.name} was lost with ${runs.length} of ${running.length} runs; all was taken over after ${seconds.toFixed(1)} s`,
  );
  victim.endpoint = endpoint;
  await back();
  await finish(before);
}

it.runIf(server)(
  'backups of a node that is killed, stopped or cut off are taken over, and end well',
  { timeout: 900_000 },
  async () => {
    cluster = await NodeCluster.open(server!, ['ant', 'bee', 'cat']);
    ends.push(() => cluster.close());
    await furnish();
    const [ant, bee, cat] = cluster.nodes as [TestNode, TestNode, TestNode];

    await lose(
      ant,
      async () => {
        ant.signal('SIGKILL');
        await ant.ended();
      },
      () => ant.start(),
      0,
    );
    await lose(
      bee,
      async () => bee.signal('SIGSTOP'),
      async () => {
        bee.signal('SIGCONT');
        expect(await bee.ended()).toMatchObject({ code: EXIT_FENCED });
        await bee.start();
      },
      1,
    );
    await lose(
      cat,
      async () => {
        cat.proxy.cut();
        expect(await cat.ended()).toMatchObject({ code: EXIT_FENCED });
      },
      async () => {
        cat.proxy.mend();
        await cat.start();
      },
      2,
    );
  },
);
