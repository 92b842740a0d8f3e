// Looks up what is needed to say whether the next backup of a VM can be an increment: its chain, and where that is.
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import type { Eligibility } from '../model/eligibility.ts';
import type { Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { eligibilityOf } from './eligibility.ts';

export async function eligibility(store: Store, vm: Vm): Promise<Eligibility> {
  const { incrementalBackupId: id } = vm.backups.config;
  const chain = id < 0 ? undefined : await store.images.find(id);
  const datastore = chain ? await store.datastores.find(chain.datastoreId) : await anyForBackups(store);
  return eligibilityOf(vm, chain, datastore);
}

async function anyForBackups(store: Store): Promise<Datastore | undefined> {
  return (await store.datastores.list({ ascending: true })).find(({ type }) => type === DATASTORE_TYPE.BACKUP_DS);
}
