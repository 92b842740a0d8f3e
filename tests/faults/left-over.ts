// What a run has left on the machine when it has ended, in words; nothing when all is as it must be.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../src/exec/exec.ts';
import type { Operation } from '../../src/model/operation.ts';
import { URI, virsh } from '../guest/domains.ts';
import { type Cloud } from '../integration/cloud.ts';
import { processesWhere } from './processes.ts';

const BURIAL_LOOKS = 600;
const LOOK_MS = 100;

/** Nothing else may go on in this cloud. */
export async function leftOver(cloud: Cloud, vmId: number, operation: Pick<Operation, 'id'>): Promise<string[]> {
  const left = await jobOf(vmId);
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const ours = mounts.filter((line) => line.includes(cloud.directory) && / - fuse/.test(line));
  left.push(...ours.map((line) => `a mount: ${line}`));
  // the kernel takes a moment to bury who has ended
  let processes = processesWhere((command) => command.includes(operation.id));
  for (let looks = 0; processes.length > 0 && looks < BURIAL_LOOKS; looks++) {
    await sleep(LOOK_MS);
    processes = processesWhere((command) => command.includes(operation.id));
  }
  left.push(...processes.map((pid) => `the process ${pid}`));
  left.push(...(await readdir(`${cloud.directory}/run`)).map((name) => `in the directory of runs: ${name}`));
  const own = await readdir(`${cloud.directory}/datastores/0/${vmId}`);
  return own.includes('backup') ? [...left, 'the directory of the backup'] : left;
}

async function jobOf(vmId: number): Promise<string[]> {
  const left: string[] = [];
  const state = (await virsh('domstate', `one-${vmId}`)).trim();
  if (!['running', 'shut off'].includes(state)) left.push(`the guest is ${state}`);
  const info = state === 'running' ? await virsh('domjobinfo', `one-${vmId}`) : 'Job type: None';
  if (!/Job type:\s+None/.test(info)) left.push(`a job of the guest: ${info}`);
  const job = await run(['virsh', '-q', '-c', URI, 'backup-dumpxml', `one-${vmId}`], { okCodes: [1] });
  return job.stdout === '' ? left : [...left, `a backup job: ${job.stdout}`];
}
