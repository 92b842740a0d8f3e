// The backup bench: OneVault beside what it replaces, on one live guest, by turns in one run. `npm run bench [-- ROUNDS]`.
import { readFile, rm } from 'node:fs/promises';
import { run } from '../../src/exec/exec.ts';
import type { BackupFigures } from '../../src/model/operation.ts';
import { openHypervisor } from '../../src/hypervisor/all.ts';
import { NbdClient } from '../../src/nbd/client.ts';
import { SequentialReader } from '../../src/nbd/sequential-read.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { URI } from '../guest/domains.ts';
import { RESTIC_PASSWORD } from '../integration/cloud.ts';
import { alternate, machine, type Measurement, type Variant } from './measure.ts';
import { processWritten } from './procfs.ts';
import { median, resultTable, summarize, table, type Summary } from './report.ts';
import { copyStopped, DISK_MIB, openScene, pushBackup, repository, virtnbdbackup, type Scene } from './scene.ts';

const MIB = 2 ** 20;
const rounds = Number(process.argv[2] ?? 3);

const NAME = {
  ours: 'a  onevm backup (restic over the virtual directory)',
  scratch: 'b  push-mode copy to a qcow2, then restic backup of it',
  bare: 'c  restic backup of the image file of a stopped guest',
  virtnbd: 'e  virtnbdbackup -l copy to a directory',
  nbdcopy: 'd  nbdcopy of the export to null',
  reader: 'd  our reader of the export to null',
} as const;

const figures: BackupFigures[] = [];
/** Bytes that QEMU wrote in each run, by variant: the scratch, or the copy, beside the repository. */
const local = new Map<string, number[]>();

/** Adds up what QEMU writes while `work` runs. */
function counted(name: string, qemu: number, work: () => Promise<void>): () => Promise<void> {
  const written = async (): Promise<number> => processWritten(await readFile(`/proc/${qemu}/io`, 'utf8'));
  return async () => {
    const before = await written();
    await work();
    local.set(name, [...(local.get(name) ?? []), (await written()) - before]);
  };
}

function backupVariants(scene: Scene, stopped: string): Variant[] {
  const { cloud, vmId, work, qemu } = scene;
  const path = work;
  const store = `${work}/repository`;
  const copy = `${work}/copy.qcow2`;
  const processes = { qemu, daemon: cloud.daemonPid };
  const restic = (file: string): string[] => [
    'restic',
    '-r',
    store,
    '--no-cache',
    'backup',
    '--force',
    '--quiet',
    file,
  ];
  const env = { RESTIC_PASSWORD };
  return [
    {
      name: NAME.ours,
      before: async () => (await repository(cloud.repository), { path, processes }),
      work: counted(NAME.ours, qemu, async () => {
        const operation = await cloud.backup(vmId);
        if (operation.figures) figures.push(operation.figures);
      }),
    },
    {
      name: NAME.scratch,
      before: async () => (await repository(store), { path, processes }),
      work: counted(NAME.scratch, qemu, async () => {
        await pushBackup(scene, copy);
        await run(restic(copy), { env });
      }),
      after: async () => rm(copy),
    },
    { name: NAME.bare, before: async () => (await repository(store), { path }), work: { argv: restic(stopped), env } },
    {
      name: NAME.virtnbd,
      before: async () => (await rm(`${work}/virtnbd`, { recursive: true, force: true }), { path, processes }),
      work: () => virtnbdbackup(scene, `${work}/virtnbd`),
      after: async () => rm(`${work}/virtnbd`, { recursive: true }),
    },
  ];
}

/** Reads one live export by turns with nbdcopy and with our reader. */
async function readVariants(scene: Scene): Promise<Map<string, Measurement[]>> {
  const store = await openSqlite(`${scene.cloud.directory}/one.db`);
  const installation = await store.installation().finally(() => store.close());
  const begun = await openHypervisor({ driver: 'libvirt', uri: URI, installation }).beginBackup({
    operationId: 'bench',
    vmId: scene.vmId,
    domain: scene.domain,
    live: true,
    disks: [{ diskId: 1, target: 'vdb', path: scene.disk, format: 'raw', file: 'disk.1.0' }],
    runDirectory: `${scene.cloud.directory}/run/bench`,
    freeze: 'NONE',
  });
  try {
    const [from] = begun.exports;
    if (!from) throw new Error('Nothing was exported.');
    const { socket, exportName } = from;
    const processes = { qemu: scene.qemu };
    const before = async (): Promise<{ processes: Record<string, number> }> => Promise.resolve({ processes });
    return await alternate(
      [
        {
          name: NAME.nbdcopy,
          before,
          work: { argv: ['nbdcopy', `nbd+unix:///${exportName}?socket=${socket}`, 'null:'] },
        },
        { name: NAME.reader, before, work: () => readAll(socket, exportName) },
      ],
      rounds * 2,
    );
  } finally {
    await begun.end();
  }
}

async function readAll(socket: string, exportName: string): Promise<void> {
  const client = await NbdClient.connect({ socket, exportName });
  const reader = new SequentialReader(client, [{ offset: 0, length: client.size }]);
  for (let block = await reader.next(); block; block = await reader.next()) block.release();
  await client.close();
}

function summaries(results: ReadonlyMap<string, Measurement[]>): Map<string, Summary> {
  return new Map([...results].map(([name, runs]) => [name, summarize(runs)]));
}

const { cpu, cpus, memoryMb, kernel, node } = machine();
const tell = (text: string): void => void process.stdout.write(`${text}\n`);
tell(`${cpu}, ${cpus} CPUs, ${memoryMb} MB, Linux ${kernel}, Node ${node}`);
tell(
  `A live guest's disk of ${DISK_MIB} MiB, all allocated, half incompressible; ${rounds} rounds by turns, medians.\n`,
);
const scene = await openScene();
try {
  const stopped = await copyStopped(scene);
  const stored = summaries(
    await alternate(backupVariants(scene, stopped), rounds, (name, round, { wallSec }) =>
      tell(`round ${round + 1}: ${name.padEnd(56)} ${wallSec.toFixed(2)} s`),
    ),
  );
  const read = summaries(await readVariants(scene));
  const wall = (name: string): number => (stored.get(name) ?? read.get(name))?.median.wallSec ?? Number.NaN;
  const localMib = (name: string): number => median(local.get(name) ?? []) / MIB;
  tell(`\n${resultTable(stored)}\n\n${resultTable(read)}\n`);
  tell(
    table([
      ['written beside the repository', 'MiB'],
      [NAME.ours, localMib(NAME.ours).toFixed(1)],
      [NAME.scratch, localMib(NAME.scratch).toFixed(1)],
    ]),
  );
  const two = (value: number): number => Math.round(value * 1000) / 1000;
  tell('');
  tell(
    JSON.stringify({
      bench: 'backup',
      wall_over_scratch: two(wall(NAME.ours) / wall(NAME.scratch)),
      wall_over_bare: two(wall(NAME.ours) / wall(NAME.bare)),
      wall_over_virtnbdbackup: two(wall(NAME.ours) / wall(NAME.virtnbd)),
      local_bytes_over_allocated: two(localMib(NAME.ours) / DISK_MIB),
      local_bytes_over_scratch: two(localMib(NAME.ours) / localMib(NAME.scratch)),
      reader_over_nbdcopy: two(wall(NAME.nbdcopy) / wall(NAME.reader)),
      mover_peak_mib: two(Math.max(...figures.map(({ peakRssBytes }) => peakRssBytes)) / MIB),
    }),
  );
} finally {
  await scene.cloud.close();
}
