// Finds the duty that a call's subject belongs to, in the store. What does not exist belongs nowhere: any node says that it is not there.
import type { Subject } from './forward-table.ts';
import { datastoreDuty, dutyOfOperation, dutyOfVm, hostDuty, MAIN, type Duty } from '../nodes/duty.ts';
import type { Store } from '../store/store.ts';

export async function dutyOf(store: Store, subject: Subject): Promise<Duty | undefined> {
  switch (subject.kind) {
    case 'anywhere':
    case 'everywhere':
      return undefined;
    case 'main':
      return MAIN;
    case 'vm': {
      const vm = await store.vms.find(subject.id);
      return vm && dutyOfVm(vm);
    }
    case 'host':
      return (await store.hosts.find(subject.id)) && hostDuty(subject.id);
    case 'datastore':
      return (await store.datastores.find(subject.id)) && datastoreDuty(subject.id);
    case 'image':
      return dutyOfImage(store, subject.id);
    case 'work':
      return (await dutyOfWork(store, subject.imageId)) ?? dutyOfImage(store, subject.imageId);
  }
}

async function dutyOfImage(store: Store, id: number): Promise<Duty | undefined> {
  const image = await store.images.find(id);
  return image && datastoreDuty(image.datastoreId);
}

/** Of the run that works on an image now; a backup of it is no such run. */
async function dutyOfWork(store: Store, imageId: number): Promise<Duty | undefined> {
  const running = await store.operations.running();
  const found = running.find(({ kind, imageIds }) => kind !== 'backup' && imageIds.includes(imageId));
  return found && dutyOfOperation(found, await store.vms.find(found.vmId));
}
