// The machine that reads backups meets damaged file systems: each question ends with an answer or an error, and so does the machine.
// ONEVAULT_DAMAGED says how many images are tried, ONEVAULT_SEED which.
import { randomInt } from 'node:crypto';
import { chmod, chown, copyFile, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildAppliance } from '../../src/appliance/build.ts';
import type { Volume } from '../../src/appliance/frames.ts';
import { startMachine } from '../../src/appliance/machine.ts';
import { ApplianceSession, type Place } from '../../src/appliance/session.ts';
import type { Running } from '../../src/exec/exec.ts';
import { listening, startQemuNbd } from '../../src/exec/qemu-nbd.ts';
import { OneError, reasonOf } from '../../src/model/errors.ts';
import { processesWhere } from '../faults/processes.ts';
import { ext4, fetchFileSystemTools, vfat, xfs } from '../guest/file-systems.ts';
import { Random } from '../soak/random.ts';

const IMAGES = Number(process.env['ONEVAULT_DAMAGED'] ?? 4);
const SEED = Number(process.env['ONEVAULT_SEED'] ?? randomInt(2 ** 31));
const AT_ONCE = 12;
const UID = 60_790;
const ANSWER_MS = 180_000;
const SECTOR = 512;

let directory: string;
beforeAll(async () => {
  await Promise.all([buildAppliance(), fetchFileSystemTools()]);
  directory = await mkdtemp(join(tmpdir(), 'onevault-damaged-'));
  const tree = join(directory, 'tree');
  await mkdir(join(tree, 'a/b/c'), { recursive: true });
  for (let index = 0; index < 40; index++) await writeFile(join(tree, 'a/b', `file-${index}`), `${index}`.repeat(1000));
  await ext4(tree, join(directory, 'ext4'), 8, 'root');
  await vfat(tree, join(directory, 'vfat'), 8, 'BOOT');
  await xfs(tree, join(directory, 'xfs'), 32, 'data');
});
afterAll(async () => {
  const left = (): number[] =>
    processesWhere((command) => command.includes(directory) || command.includes(`--reuid ${UID}`));
  for (const end = Date.now() + ANSWER_MS; left().length > 0 && Date.now() < end;) await sleep(50);
  expect(left()).toEqual([]);
  await rm(directory, { recursive: true, force: true });
});

/** Changes some bytes in some of the sectors that hold anything. */
async function damage(image: string, random: () => number): Promise<void> {
  const content = await readFile(image);
  const used: number[] = [];
  for (let at = 0; at < content.length; at += SECTOR)
    if (content.subarray(at, at + SECTOR).some(Boolean)) used.push(at);
  const file = await open(image, 'r+');
  for (let sectors = 1 + Math.floor(random() * 20); sectors > 0; sectors--) {
    const sector = used[Math.floor(random() * used.length)] ?? 0;
    for (let bytes = 1 + Math.floor(random() * 8); bytes > 0; bytes--) {
      await file.write(Buffer.of(Math.floor(random() * 256)), 0, 1, sector + Math.floor(random() * SECTOR));
    }
  }
  await file.close();
}

/** Reads what there is, as far as it goes. Returns what was read, and which errors came instead. */
async function explore(session: ApplianceSession, volume: Volume): Promise<string> {
  const told = { entries: 0, bytes: 0, errors: new Set<string>() };
  const place = (path: Buffer): Place => ({ volume, path, what: 'it' });
  const tried = async (work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => {
      if (!(error instanceof OneError)) throw error;
      told.errors.add(reasonOf(error));
    });
  };
  const queue = [Buffer.from('/')];
  for (let path = queue.pop(); path && told.entries < 200; path = queue.pop()) {
    const at = path;
    const files: Buffer[] = [];
    await tried(async () => {
      for await (const { name, mode, size } of session.list(place(at))) {
        told.entries += 1;
        const inside = Buffer.concat([at, Buffer.from('/'), name]);
        if (mode >> 12 === 4 && queue.length < 20) queue.push(inside);
        else if (mode >> 12 === 8 && size < 2 ** 20 && files.length < 5) files.push(inside);
      }
    });
    for (const file of files) {
      await tried(async () => {
        for await (const part of session.read(place(file))) told.bytes += Buffer.isBuffer(part) ? part.length : 0;
      });
    }
  }
  return `${volume.disk} ${volume.fs}: ${told.entries} entries, ${told.bytes} bytes, ${[...told.errors].join(' ') || 'no error'}`;
}

async function readAll(images: string[], name: string): Promise<string[]> {
  const at = join(directory, name);
  await mkdir(at);
  await chown(at, 0, UID);
  await chmod(at, 0o710);
  const servers: Running[] = [];
  const disks = images.map((_, diskId) => ({ diskId, socket: `disk.${diskId}.sock`, exportName: `disk.${diskId}` }));
  const connected = Promise.withResolvers<Socket>();
  const listener = createServer(connected.resolve);
  await new Promise<void>((resolve) => listener.listen(join(at, 'port'), resolve));
  await chmod(join(at, 'port'), 0o666);
  try {
    for (const [index, { socket, exportName }] of disks.entries()) {
      const server = { socket: join(at, socket), exportName, name: exportName };
      const running = await startQemuNbd({ ...server, image: ['-f', 'raw', '--', images[index] ?? ''] });
      servers.push(running);
      await listening(running, server);
      await chmod(server.socket, 0o666);
    }
    const machine = await startMachine(await buildAppliance(), {
      directory: at,
      port: 'port',
      disks,
      uid: UID,
      kvm: false,
    });
    try {
      const session = new ApplianceSession(await connected.promise, ANSWER_MS);
      const told: string[] = [];
      const volumes = await session.volumes();
      for (const volume of volumes.filter(({ fs }) => ['ext4', 'xfs', 'vfat'].includes(fs))) {
        told.push(await explore(session, volume));
      }
      return told;
    } finally {
      machine.stop();
      await machine.ended;
    }
  } finally {
    for (const server of servers) server.stop();
    await Promise.all(servers.map(({ exit }) => exit));
    listener.close();
  }
}

it(`reads ${IMAGES} damaged file systems, or says why not (ONEVAULT_SEED=${SEED})`, async () => {
  const chance = new Random(SEED);
  const random = (): number => chance.next();
  for (let from = 0; from < IMAGES; from += AT_ONCE) {
    const images: string[] = [];
    for (let index = from; index < Math.min(IMAGES, from + AT_ONCE); index++) {
      const image = join(directory, `image-${index}`);
      await copyFile(join(directory, ['ext4', 'xfs', 'vfat'][index % 3] ?? ''), image);
      await damage(image, random);
      images.push(image);
    }
    const before = await Promise.all(images.map((image) => readFile(image)));
    const told = await readAll(images, `run-${from}`);
    if (process.env['ONEVAULT_DAMAGED']) console.log(told.join('\n'));
    for (const [index, image] of images.entries())
      expect((await readFile(image)).equals(before[index] ?? Buffer.of())).toBe(true);
    for (const image of images) await rm(image);
  }
}, 3_600_000);
