// The fake keeps the contract; its guest is this process, which writes to the disk files directly.
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { TaskDisk } from '../../model/mover-protocol.ts';
import { hypervisorContract, type Bench, type Machine } from '../contract.ts';
import { FakeHypervisor } from './index.ts';

const MIB = 1024 * 1024;

hypervisorContract('fake', async (): Promise<Bench> => {
  const directory = await mkdtemp(join(tmpdir(), 'fake-'));
  const config = { driver: 'fake', uri: join(directory, 'domains'), installation: '' };
  const hypervisor = new FakeHypervisor(config.uri);
  const disks: [TaskDisk, TaskDisk] = [await disk(directory, 1), await disk(directory, 2)];
  const machine: Machine = {
    spec: {
      name: 'one-90100',
      vmId: 90100,
      memoryMb: 64,
      vcpu: 1,
      cpu: 0.1,
      kvm: false,
      disks: [],
      nics: [],
      template: [],
      vmDirectory: directory,
    },
    disks,
    ready: async () => undefined,
    count: async () => {
      const stop = new AbortController();
      const done = (async () => {
        for (let number = 1; !stop.signal.aborted; number++) {
          for (const { path } of disks) await write(path, MIB, Buffer.from(String(number).padEnd(512)));
          await turn();
        }
      })();
      return async () => {
        stop.abort();
        await done;
      };
    },
    overwrite: (atMb, megabytes) => write(disks[0].path, atMb * MIB, Buffer.alloc(megabytes * MIB, 0xee)),
    kill: () => hypervisor.shutdown('one-90100', true),
  };
  return { config, hypervisor, agent: false, machine, close: () => rm(directory, { recursive: true }) };
});

async function disk(directory: string, diskId: number): Promise<TaskDisk> {
  const path = join(directory, `disk.${diskId}`);
  await writeFile(path, Buffer.alloc(32 * MIB, 0x55));
  const file = await open(path, 'r+');
  await file.truncate(64 * MIB);
  await file.close();
  return { diskId, target: `vd${'abc'[diskId] ?? ''}`, path, format: 'raw', file: `disk.${diskId}.0` };
}

async function write(path: string, at: number, bytes: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
}
