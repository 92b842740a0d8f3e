// one.vm.*: snapshots of single disks and of whole VMs. Each answers when it is accepted; those that make one, with its id.
import type { VmChange } from '../../model/vm.ts';
import { renameDiskSnapshot } from '../../vm/disk-snapshot-list.ts';
import { beginDiskRevert, beginDiskSnapshot, beginDiskSnapshotDelete } from '../../vm/disk-snapshots.ts';
import { nowSec } from '../../vm/parts.ts';
import { beginSnapshot, beginSnapshotChange } from '../../vm/snapshots.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { authorizedVm } from '../nouns/vm-right.ts';

export const vmSnapshotMethods: MethodTable = {
  'one.vm.disksnapshotcreate': method(['int', 'int', ['string', '']], async (call, id, diskId, name) => {
    await authorizedVm(call, id, 'disk-snapshot-create');
    const now = nowSec(call.parts.clock);
    const change = await call.changes.begin(id, 'disk-snapshot-create', by(call), async (_tx, vm) =>
      beginDiskSnapshot(vm, diskId, name, now),
    );
    return snapshotIdOf(change);
  }),
  'one.vm.disksnapshotrevert': method(['int', 'int', 'int'], async (call, id, diskId, snapshotId) => {
    await authorizedVm(call, id, 'disk-snapshot-revert');
    await call.changes.begin(id, 'disk-snapshot-revert', by(call), async (_tx, vm) =>
      beginDiskRevert(vm, diskId, snapshotId),
    );
    return id;
  }),
  'one.vm.disksnapshotdelete': method(['int', 'int', 'int'], async (call, id, diskId, snapshotId) => {
    await authorizedVm(call, id, 'disk-snapshot-delete');
    await call.changes.begin(id, 'disk-snapshot-delete', by(call), async (_tx, vm) =>
      beginDiskSnapshotDelete(vm, diskId, snapshotId),
    );
    return id;
  }),
  'one.vm.disksnapshotrename': method(['int', 'int', 'int', 'string'], async (call, id, diskId, snapshotId, name) => {
    await authorizedVm(call, id, 'disk-snapshot-rename');
    await call.parts.store.vms.update(id, (vm) => renameDiskSnapshot(vm, diskId, snapshotId, name));
    return id;
  }),
  'one.vm.snapshotcreate': method(['int', ['string', '']], async (call, id, name) => {
    await authorizedVm(call, id, 'snapshot-create');
    const now = nowSec(call.parts.clock);
    const change = await call.changes.begin(id, 'snapshot-create', by(call), async (_tx, vm) =>
      beginSnapshot(vm, name, now),
    );
    return snapshotIdOf(change);
  }),
  'one.vm.snapshotrevert': method(['int', 'int'], (call, id, snapshotId) =>
    changeSnapshot(call, id, snapshotId, 'snapshot-revert', 'revert-snapshot'),
  ),
  'one.vm.snapshotdelete': method(['int', 'int'], (call, id, snapshotId) =>
    changeSnapshot(call, id, snapshotId, 'snapshot-delete', 'delete-snapshot'),
  ),
};

async function changeSnapshot(
  call: Call,
  id: number,
  snapshotId: number,
  action: 'snapshot-revert' | 'snapshot-delete',
  kind: 'revert-snapshot' | 'delete-snapshot',
): Promise<number> {
  await authorizedVm(call, id, action);
  await call.changes.begin(id, action, by(call), async (_tx, vm) => beginSnapshotChange(vm, kind, snapshotId));
  return id;
}

function by({ user }: Call): { uid: number; gid: number } {
  return { uid: user.id, gid: user.gid };
}

function snapshotIdOf(change: VmChange): number {
  return 'snapshotId' in change ? change.snapshotId : -1;
}
