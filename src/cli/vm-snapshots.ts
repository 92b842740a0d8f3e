// onevm subcommands on snapshots: of one disk, or of a whole VM with its memory.
import type { XmlElement } from '../wire/xml-read.ts';
import { argument, done, type Family, type Session } from './family.ts';
import { diskSnapshotId, partId, vmSnapshotId } from './ids.ts';
import { idOf, NOUN } from './lookup.ts';
import { nowOrScheduled, SCHEDULE_OPTIONS, type ScheduleOptions } from './schedule.ts';
import { table } from './table.ts';
import { diskSnapshotColumns, diskSnapshots, snapshotColumns } from './vm-show-disks.ts';

export function addSnapshots(family: Family): void {
  addDiskCreate(family);
  for (const verb of ['revert', 'delete'] as const) addDiskVerb(family, verb);
  addDiskRename(family);
  addDiskList(family);
  addCreate(family);
  for (const verb of ['revert', 'delete'] as const) addVerb(family, verb);
  addVmList(family);
}

const VERBS = { revert: 'Go back to a snapshot', delete: 'Remove a snapshot' };
const options = SCHEDULE_OPTIONS;

function addDiskCreate(family: Family): void {
  family.add<ScheduleOptions>(
    { usage: 'disk-snapshot-create <vm> <disk> <name>', description: 'Take a snapshot of a disk', options },
    async (session, args, given) => {
      const [disk, name] = [partId('disk', argument(args, 1)), argument(args, 2)];
      const id = await idOf(session.client, NOUN.vm, argument(args, 0));
      const what = { action: 'disk-snapshot-create', args: `${disk},${name}` };
      await nowOrScheduled(session, NOUN.vm, String(id), given, what, () =>
        session.client.call('vm.disksnapshotcreate', id, disk, name),
      );
    },
  );
}

function addDiskVerb(family: Family, verb: 'revert' | 'delete'): void {
  const action = `disk-snapshot-${verb}`;
  family.add<ScheduleOptions>(
    { usage: `${action} <vm> <disk> <snapshot>`, description: `${VERBS[verb]} of a disk`, options },
    async (session, args, given) => {
      const disk = partId('disk', argument(args, 1));
      const id = await idOf(session.client, NOUN.vm, argument(args, 0));
      const snapshot = await diskSnapshotId(session, id, disk, argument(args, 2));
      const what = { action, args: `${disk},${snapshot}` };
      await nowOrScheduled(session, NOUN.vm, String(id), given, what, () =>
        session.client.call(`vm.disksnapshot${verb}`, id, disk, snapshot),
      );
    },
  );
}

function addDiskRename(family: Family): void {
  family.add(
    { usage: 'disk-snapshot-rename <vm> <disk> <snapshot> <name>', description: 'Rename a snapshot of a disk' },
    async (session, args) => {
      const disk = partId('disk', argument(args, 1));
      const id = await idOf(session.client, NOUN.vm, argument(args, 0));
      const snapshot = await diskSnapshotId(session, id, disk, argument(args, 2));
      await session.client.call('vm.disksnapshotrename', id, disk, snapshot, argument(args, 3));
      done(session, NOUN.vm, id, `disk snapshot ${snapshot} renamed`);
    },
  );
}

function addDiskList(family: Family): void {
  family.add(
    { usage: 'disk-snapshot-list <vm> <disk>', description: 'List the snapshots of a disk' },
    async (session, args) => {
      const disk = String(partId('disk', argument(args, 1)));
      const ofDisk = diskSnapshots(await vmOf(session, args)).filter((snapshot) => snapshot.textOf('DISK_ID') === disk);
      session.io.write(table(diskSnapshotColumns, ofDisk, { terminal: session.io.columns }));
    },
  );
}

function addCreate(family: Family): void {
  family.add<ScheduleOptions>(
    { usage: 'snapshot-create <vms> [name]', description: 'Take snapshots of VMs', options },
    async (session, args, given) => {
      const name = args[1];
      const what = { action: 'snapshot-create', ...(name === undefined ? {} : { args: name }) };
      await nowOrScheduled(session, NOUN.vm, argument(args, 0), given, what, (id) =>
        session.client.call('vm.snapshotcreate', id, name ?? ''),
      );
    },
  );
}

function addVerb(family: Family, verb: 'revert' | 'delete'): void {
  const action = `snapshot-${verb}`;
  family.add<ScheduleOptions>(
    { usage: `${action} <vm> <snapshot>`, description: `${VERBS[verb]} of a VM`, options },
    async (session, args, given) => {
      const id = await idOf(session.client, NOUN.vm, argument(args, 0));
      const snapshot = await vmSnapshotId(session, id, argument(args, 1));
      const what = { action, args: String(snapshot) };
      await nowOrScheduled(session, NOUN.vm, String(id), given, what, () =>
        session.client.call(`vm.snapshot${verb}`, id, snapshot),
      );
    },
  );
}

function addVmList(family: Family): void {
  family.add({ usage: 'snapshot-list <vm>', description: 'List the snapshots of a VM' }, async (session, args) => {
    const vm = await vmOf(session, args);
    session.io.write(table(snapshotColumns, vm.children('TEMPLATE/SNAPSHOT'), { terminal: session.io.columns }));
  });
}

async function vmOf({ client }: Session, args: readonly string[]): Promise<XmlElement> {
  return client.document('vm.info', await idOf(client, NOUN.vm, argument(args, 0)), false);
}
