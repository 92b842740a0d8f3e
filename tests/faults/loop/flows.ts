// The seven flows: where each begins, what it asks for, and how the daemon comes to those beginnings.
import { writeDisk } from './points.ts';
import { LCM, VM_STATE } from '../../../src/model/vm.ts';
import type { Value } from '../../../src/wire/xmlrpc.ts';
import { IS_REAL } from './real.ts';
import { planted } from '../../planted/secret.ts';
import type { Daemon, Scene } from './scene.ts';

export interface Flow {
  name: string;
  /** The kept state that it begins with. */
  from: string;
  method: string;
  params: readonly Value[];
  /** A call that shows that it came to its end. */
  passes: string;
  /** How it is cancelled, when it can be. */
  cancel?: (store: Daemon['store']) => Promise<[method: string, params: readonly Value[]]>;
  /** The daemon's ticks carry it on: then all calls count. */
  byTicks?: true;
}

const VM = 0;
const DISK = 0;
const BACKUPS = 100;

const FULL = 1; // the image of the backup: the disk is image 0

const CANCEL_VM: Flow['cancel'] = () => Promise.resolve(['one.vm.backupcancel', [VM]]);

export const FLOWS: readonly Flow[] = [
  {
    name: 'backup',
    from: 'fresh',
    method: 'one.vm.backup',
    params: [VM, BACKUPS, true],
    passes: 'mover.backup',
    cancel: CANCEL_VM,
  },
  {
    name: 'increment',
    from: 'chain',
    method: 'one.vm.backup',
    params: [VM, BACKUPS, false],
    passes: 'mover.backup',
    cancel: CANCEL_VM,
  },
  {
    name: 'flatten',
    from: 'folds',
    method: 'one.vm.backup',
    params: [VM, BACKUPS, false],
    passes: 'mover.flatten',
    byTicks: true,
    cancel: () => Promise.resolve(['one.image.cancel', [FULL]]),
  },
  {
    name: 'restore',
    from: 'chain',
    method: 'one.image.restore',
    params: [FULL, 1, 'NAME="back"'],
    passes: 'mover.restore',
    cancel: async (store) => ['one.image.cancel', [Math.max(...(await store.images.list()).map(({ id }) => id))]],
  },
  {
    name: 'in-place',
    from: 'off',
    method: 'one.vm.restore',
    params: [VM, FULL, -1, -1, true],
    passes: 'mover.restore',
    cancel: CANCEL_VM,
  },
  { name: 'delete', from: 'chain', method: 'one.image.delete', params: [FULL], passes: 'fs.rm' },
  {
    name: 'job',
    from: 'job',
    method: 'one.backupjob.backup',
    params: [0],
    passes: 'mover.backup',
    byTicks: true,
    cancel: () => Promise.resolve(['one.backupjob.cancel', [0]]),
  },
];

const vmIs =
  (state: number, lcm: number) =>
  async (store: Daemon['store']): Promise<boolean> => {
    const vm = await store.vms.get(VM);
    return vm.state === state && vm.lcmState === lcm;
  };

/** Makes every state that a flow begins with. */
export async function prepare(scene: Scene): Promise<void> {
  let daemon = await scene.start();
  const keep = async (name: string): Promise<void> => {
    await daemon.idle();
    await daemon.stop();
    scene.keep(name);
    daemon = await scene.start();
  };
  await daemon.call('one.host.allocate', ['here', 'fake', 'fake', -1]);
  await daemon.until('the host is monitored', async (store) => (await store.hosts.get(0)).state === 2);
  const disk = 'NAME="disk"\nTYPE="DATABLOCK"\nSIZE="1"\nFORMAT="qcow2"\nPERSISTENT="YES"';
  await daemon.call('one.image.allocate', [disk, 1]);
  await daemon.until('the disk is there', async (store) => (await store.images.get(DISK)).state === 1);
  const store = IS_REAL ? `DS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_PASSWORD="${planted()}"` : 'DS_MAD="fake"';
  await daemon.call('one.datastore.allocate', [`NAME="backups"\nTYPE="BACKUP_DS"\n${store}`, -1]);
  const vm = `NAME="vm"\nCPU="1"\nMEMORY="64"\nDISK=[ IMAGE_ID="${DISK}" ]\nBACKUP_CONFIG=[ MODE="INCREMENT" ]`;
  await daemon.call('one.vm.allocate', [vm, false]);
  await daemon.until('the VM runs', vmIs(VM_STATE.ACTIVE, LCM.RUNNING));
  const disk0 = (await daemon.look((store) => store.images.get(DISK))).source;
  writeDisk(disk0, 0);
  await keep('fresh');
  for (let more = 0; more < 2; more++) {
    await daemon.call('one.vm.backup', [VM, BACKUPS, false]);
    await daemon.idle();
    writeDisk(disk0, more + 1);
  }
  await keep('chain');
  await daemon.call('one.vm.updateconf', [VM, 'BACKUP_CONFIG=[ KEEP_LAST="2" ]', 1]);
  await keep('folds');
  await daemon.stop();
  scene.back('chain');
  daemon = await scene.start();
  await daemon.call('one.vm.action', ['poweroff', VM]);
  await daemon.until('the VM is off', vmIs(VM_STATE.POWEROFF, LCM.LCM_INIT));
  await keep('off');
  await daemon.stop();
  scene.back('fresh');
  daemon = await scene.start();
  const job = `NAME="job"\nMODE="FULL"\nBACKUP_VMS="${VM}"\nDATASTORE_ID="${BACKUPS}"`;
  await daemon.call('one.backupjob.allocate', [job]);
  await keep('job');
  await daemon.stop();
}
