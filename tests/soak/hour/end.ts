// What must be so when all is over: nothing goes on and nothing lies about, every point is restored and compared, all runs of the database
// are accounted for, and neither the records nor the repositories hold what does not belong there.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../src/exec/exec.ts';
import { reasonOf } from '../../../src/model/errors.ts';
import type { Operation } from '../../../src/model/operation.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import { leftOver } from '../../faults/left-over.ts';
import { processesWhere } from '../../faults/processes.ts';
import { virsh } from '../../guest/domains.ts';
import { RESTIC_PASSWORD, type Cloud } from '../../integration/cloud.ts';
import type { Random } from '../random.ts';
import { patiently, vmIs, type SoakGuest } from './guest.ts';
import { keyOf, type Points } from './points.ts';
import type { Runs } from './runs.ts';

const ROOT_SHARE = 0.25;
const PAGE = 1000;
/** What a run makes necessary begins after its end. */
const QUIET_LOOKS = 30;

/** Waits until nothing goes on any more, what the daemon does by itself included. */
export async function idle(runs: Runs): Promise<void> {
  let quiet = 0;
  await patiently('no run goes on', () => {
    quiet = runs.running().length === 0 ? quiet + 1 : 0;
    return Promise.resolve(quiet > QUIET_LOOKS);
  });
}

export async function leftOfAll(cloud: Cloud, guests: readonly SoakGuest[], runs: Runs): Promise<string[]> {
  const wrong: string[] = [];
  for (const { vmId } of guests) {
    const last = runs.all.filter((one) => one.vmId === vmId).at(-1);
    if (last) wrong.push(...(await leftOver(cloud, vmId, last)).map((what) => `VM ${vmId}: ${what}`));
  }
  const domains = (await virsh('list', '--all', '--name')).split('\n').map((name) => name.trim());
  const known = new Set(guests.map(({ vmId }) => `one-${vmId}`));
  const first = Math.min(...guests.map(({ vmId }) => vmId));
  for (const name of domains) {
    const id = Number(/^one-(\d+)$/.exec(name)?.[1]);
    if (!known.has(name) && id > first && id < first + 1000) wrong.push(`The domain ${name} is still there.`);
  }
  return wrong;
}

/** Restores all points that there are. */
export async function allPoints(points: Points, random: Random, atOnce: number): Promise<string[]> {
  const listed = await points.listed();
  const wrong: string[] = [];
  const work = async (): Promise<void> => {
    for (let name = listed.shift(); name; name = listed.shift()) {
      const point = points.find(name);
      if (!point) wrong.push(`${keyOf(name)} was made by no run that was seen.`);
      else
        wrong.push(
          ...(await points
            .restore(point, random.next() < ROOT_SHARE)
            .catch((error: unknown) => [`${keyOf(point)}: ${reasonOf(error)}`])),
        );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return wrong;
}

/** Every guest off at once, as in a power cut: what it has said to be written is there. */
export async function allOff(cloud: Cloud, guests: readonly SoakGuest[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { vmId } of guests) {
    await cloud
      .call('one.vm.action', 'poweroff-hard', vmId)
      .catch((error: unknown) => wrong.push(`VM ${vmId}: ${reasonOf(error)}`));
  }
  for (const guest of guests) {
    await vmIs(cloud, guest.vmId, '8/0');
    wrong.push(...(await guest.look()).wrong.map((what) => `VM ${guest.vmId} in the end: ${what}`));
  }
  return wrong;
}

/** A datastore holds nothing that the records do not tell of. */
export async function rescans(cloud: Cloud, runs: Runs, datastores: readonly number[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const id of datastores) {
    const known = new Set(runs.all.map((one) => one.id));
    await cloud.call('one.datastore.rescan', id);
    const ended = await runs.until((one) => one.kind === 'rescan' && one.datastoreId === id && !known.has(one.id));
    if (ended.result !== 'done') wrong.push(`The rescan of datastore ${id} ended as ${ended.result}: ${ended.reason}`);
    const found = [...(ended.told ?? []), ...ended.imageIds.map((image) => `what was lost is image ${image} now`)];
    wrong.push(...found.map((what) => `The rescan of datastore ${id} found: ${what}`));
  }
  return wrong;
}

/** restic finds its repositories sound, all of their data read. */
export async function repositories(cloud: Cloud, datastores: readonly number[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const id of datastores) {
    const argv = ['restic', '-r', `${cloud.directory}/datastores/${id}`, '--no-cache', 'check', '--read-data'];
    const { code, stdout, stderr } = await run(argv, { env: { RESTIC_PASSWORD }, okCodes: [1] });
    if (code !== 0) wrong.push(`restic check of datastore ${id}: ${stdout}${stderr}`);
  }
  return wrong;
}

/** The daemon ends when it is asked to, and nobody of its own goes on. All its runs, as its database has them. */
export async function stopped(cloud: Cloud): Promise<{ runs: Operation[]; wrong: string[] }> {
  cloud.signalDaemon('SIGTERM');
  await cloud.daemonEnded();
  const wrong: string[] = [];
  const ours = processesWhere((command) => command.includes(cloud.directory) && !command.includes('qemu-system'));
  if (ours.length > 0) wrong.push(`Processes go on without the daemon: ${ours.join(', ')}`);
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .filter((line) => line.includes(cloud.directory));
  wrong.push(...mounts.map((mount) => `A mount is left: ${mount}`));
  wrong.push(...(await readdir(`${cloud.directory}/run`)).map((name) => `In the directory of runs there is ${name}.`));
  const store = await openSqlite(`${cloud.directory}/one.db`);
  const runs: Operation[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = await store.operations.history({}, { offset, limit: PAGE });
    runs.push(...page);
    if (page.length < PAGE) break;
  }
  for (const one of await store.operations.running()) wrong.push(`The ${one.kind} ${one.id} still runs: ${one.phase}.`);
  await store.close();
  return { runs, wrong };
}

export async function fsck(cloud: Cloud): Promise<string[]> {
  const onevault = join(import.meta.dirname, '../../../bin/onevault');
  const { code, stdout } = await run([onevault, 'fsck', '--state', cloud.directory], { okCodes: [1] });
  return code === 0 ? [] : [`onevault fsck says: ${stdout}`];
}
