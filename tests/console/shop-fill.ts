// What a shop's OneVault has after months of work: machines with and without schedules, chains of backups, jobs, runs that went well and
// that failed, people with quotas. Made through the store, as the daemon makes it, the same every time.
import { DEFAULT_BACKUP_CONFIG } from '../../src/model/backup-config.ts';
import { HOST_STATE } from '../../src/model/host.ts';
import { IMAGE_STATE, IMAGE_TYPE, type BackupPoint, type Image } from '../../src/model/image.ts';
import type { Operation } from '../../src/model/operation.ts';
import { permissionsFromOctet } from '../../src/model/permissions.ts';
import { END_TYPE, REPEAT, type ScheduledAction } from '../../src/model/scheduled-action.ts';
import { LCM, VM_STATE, type Vm } from '../../src/model/vm.ts';
import type { Store } from '../../src/store/store.ts';
import { network } from '../golden/network.ts';
import * as like from '../golden/objects.ts';

const DAY = 86_400;
const GIB = 2 ** 30;
const MINUTE_MS = 60_000;
/** How many machines of the first ones have backups, with all that belongs to them. */
const WITH_BACKUPS = 300;
const POINTS = 5;
const NAMES = ['web', 'db', 'mail', 'files', 'build', 'cache', 'shop', 'wiki'];

export interface Shop {
  vms: number;
  /** Now, epoch seconds. */
  nowSec: number;
}

interface Places {
  hosts: number[];
  restic: number;
  rsync: number;
}

/** Fills a store that has what every installation has. */
export async function fillShop(store: Store, shop: Shop): Promise<void> {
  const places = await fillPlaces(store);
  await fillPeople(store);
  const backed = Math.min(shop.vms, WITH_BACKUPS);
  for (let n = 0; n < shop.vms; n++) await fillVm(store, shop, places, n, n < backed);
  await fillJobs(store, shop, places, backed);
  await fillTemplates(store);
  await fillImages(store);
  await fillNetworks(store);
}

async function fillPlaces(store: Store): Promise<Places> {
  const hosts: number[] = [];
  for (const name of ['node01', 'node02', 'node03']) {
    const host = await store.hosts.allocate((id) => ({
      ...like.host,
      ...{ id, name, state: HOST_STATE.DISABLED, prevState: HOST_STATE.DISABLED },
    }));
    hosts.push(host.id);
  }
  const datastore = async (name: string, dsMad: string, usedMb: number): Promise<number> => {
    const made = await store.datastores.allocate((id) => ({
      ...like.datastore,
      ...{ id, name, dsMad, basePath: `/var/lib/onevault/datastores/${id}`, clusters: [0] },
      ...{ totalMb: 4_000_000, usedMb, freeMb: 4_000_000 - usedMb },
      template: [
        ['DS_MAD', dsMad],
        ['TYPE', 'BACKUP_DS'],
        ...(dsMad === 'restic' ? [['RESTIC_PASSWORD', 'planted-in-the-shop'] as [string, string]] : []),
      ],
    }));
    return made.id;
  };
  return {
    hosts,
    restic: await datastore('vault', 'restic', 1_640_000),
    rsync: await datastore('mirror', 'rsync', 3_720_000),
  };
}

async function fillPeople(store: Store): Promise<void> {
  await store.groups.allocate((id) => ({ ...like.group, id, name: 'shopkeepers', admins: [] }));
  for (let n = 0; n < 20; n++) {
    await store.users.allocate((id) => ({ ...like.user, id, name: `ann${n}`, gid: 1, gname: 'users', groups: [1] }));
  }
}

async function fillVm(store: Store, shop: Shop, places: Places, n: number, backed: boolean): Promise<void> {
  const hid = places.hosts[n % places.hosts.length] ?? 0;
  const vm = await store.vms.allocate((id) => ({
    ...like.vm,
    ...{ id, name: `${NAMES[n % NAMES.length]}-${n}`, deployId: `one-${id}` },
    ...{ state: VM_STATE.POWEROFF, lcmState: LCM.LCM_INIT, prevState: VM_STATE.POWEROFF, prevLcmState: LCM.LCM_INIT },
    ...{ stime: shop.nowSec - 90 * DAY, lastPoll: shop.nowSec, operationId: null },
    permissions: permissionsFromOctet(0o600),
    template: like.vm.template.filter(([name]) => name !== 'TEMPLATE_ID' && name !== 'VMID'),
    userTemplate: [['DESCRIPTION', `number ${n}`]],
    history: like.vm.history.map((record) => ({ ...record, hid, hostname: `node0${(n % 3) + 1}` })),
    backups: { configured: backed, config: DEFAULT_BACKUP_CONFIG, ids: [] },
  }));
  if (!backed) return;
  const datastoreId = n % 4 === 3 ? places.rsync : places.restic;
  const image = await fillBackup(store, shop, vm, datastoreId, n);
  await fillRuns(store, shop, vm, image, n);
  if (n % 3 !== 0) await store.actions.allocate((id) => nightly(shop, id, vm.id, datastoreId));
}

/** A chain whose last point is of last night; of every seventh machine it is old. */
async function fillBackup(store: Store, shop: Shop, vm: Vm, datastoreId: number, n: number): Promise<Image> {
  const lastSec = shop.nowSec - (n % 7 === 6 ? 9 * DAY : 6 * 3600);
  const image = await store.images.allocate((id) => ({
    ...like.backupImage,
    ...{ id, name: `${vm.id} of shop ${n}`, vms: [vm.id], datastoreId, state: IMAGE_STATE.READY },
    datastore: n % 4 === 3 ? 'mirror' : 'vault',
    ...{ regtime: lastSec - (POINTS - 1) * DAY, sizeMb: 1500 + POINTS * 20, isChain: true },
    points: Array.from({ length: POINTS }, (_, at) => point(n, at, lastSec - (POINTS - 1 - at) * DAY)),
  }));
  await store.vms.update(vm.id, (changed) => {
    const config = { ...changed.backups.config, mode: 'INCREMENT' as const, keepLast: 7 };
    changed.backups = {
      configured: true,
      config: { ...config, incrementalBackupId: image.id, lastIncrementId: POINTS - 1 },
      ids: [image.id],
      last: {
        ...{ imageId: image.id, pointId: POINTS - 1, type: 'INCREMENT', consistency: 'filesystem', date: lastSec },
        reason: `changes since increment ${POINTS - 2} of image ${image.id}`,
      },
    };
  });
  return image;
}

function point(n: number, at: number, date: number): BackupPoint {
  const [full, increment] = like.backupImage.points;
  const model = at === 0 ? full : increment;
  if (!model) throw new Error('the golden backup image has no chain');
  const source = (n * POINTS + at + 0x10000000).toString(16);
  return {
    ...model,
    ...{ id: at, parentId: at - 1, date, source, sizeMb: at === 0 ? 1500 : 20, tracker: '' },
    layers: model.layers.map((layer) => ({ ...layer, source, pointId: at, sizeMb: at === 0 ? 1500 : 20 })),
    reason: at === 0 ? 'the first backup of a chain' : `changes since increment ${at - 1}`,
    ...(at === 3 && n % 2 === 0
      ? { drill: { proven: { date: date + 3600, tookMs: 4200, by: 'the guest agent answered' }, screen: false } }
      : {}),
  };
}

async function fillRuns(store: Store, shop: Shop, vm: Vm, image: Image, n: number): Promise<void> {
  for (const { id, date } of image.points) {
    const failed = n % 11 === 5 && id === POINTS - 1;
    await store.operations.add(run(shop, vm, image, { n, id, startedAt: date * 1000, failed }));
  }
}

function run(
  shop: Shop,
  vm: Vm,
  image: Image,
  { n, id, startedAt, failed }: { n: number; id: number; startedAt: number; failed: boolean },
): Operation {
  const storedBytes = id === 0 ? 1.5 * GIB : 20 * 2 ** 20 * (1 + (n % 5));
  return {
    id: (shop.nowSec * 1000 + n * POINTS + id).toString(16).padStart(16, '0'),
    kind: 'backup',
    ...{ vmId: vm.id, hostId: vm.history.at(-1)?.hid ?? 0, datastoreId: image.datastoreId, imageIds: [image.id] },
    ...{ plan: null, phase: 'done', type: id === 0 ? 'FULL' : 'INCREMENT', asked: { by: 'user', uid: 0 } },
    ...{ startedAt, begunAt: startedAt + 2000, endedAt: startedAt + ((n % 6) + 1) * MINUTE_MS },
    result: failed ? 'failed' : 'done',
    reason: failed ? 'Could not store the backup: the repository is locked by another host. Try again later.' : '',
    why: id === 0 ? 'the first backup of a chain' : `changes since increment ${id - 1}`,
    disks: [{ diskId: 0, bytesDone: 2 * GIB, bytesTotal: 2 * GIB }],
    figures: failed
      ? null
      : { processedBytes: storedBytes * 1.4, storedBytes, scratchBytes: 0, peakRssBytes: 110 * 2 ** 20 },
    cleaned: true,
  };
}

/** At two in the night, UTC. */
function nightly(shop: Shop, id: number, vmId: number, datastoreId: number): ScheduledAction {
  const timeSec = (Math.floor(shop.nowSec / DAY) + 1) * DAY + 2 * 3600;
  return {
    ...{ id, parent: { type: 'VM', id: vmId }, uid: 0, action: 'backup', args: `${datastoreId}` },
    schedule: {
      ...{ timeSec, anchorSec: timeSec, repeat: REPEAT.WEEKLY, days: [0, 1, 2, 3, 4, 5, 6] },
      ...{ endType: END_TYPE.NEVER, endValue: -1 },
    },
    ...{ doneSec: timeSec - DAY, message: '', warning: 0, finished: false },
  };
}

async function fillJobs(store: Store, shop: Shop, places: Places, backed: number): Promise<void> {
  for (const [at, name] of ['nightly', 'weekly', 'databases'].entries()) {
    const vms = Array.from({ length: Math.floor(backed / 9) }, (_, n) => n * 9 + at * 3);
    await store.backupJobs.allocate((id) => ({
      ...like.backupJob,
      ...{ id, name, priority: 50 + at, lastBackupTime: shop.nowSec - 6 * 3600, lastBackupDurationSec: 1800 },
      updatedVms: vms.filter((n) => n % 11 !== 5),
      errorVms: vms.filter((n) => n % 11 === 5),
      template: [
        ['BACKUP_VMS', vms.join(',')],
        ['DATASTORE_ID', String(places.restic)],
        ['EXECUTION', at === 1 ? 'SEQUENTIAL' : 'PARALLEL'],
        ['KEEP_LAST', '7'],
        ['MODE', 'INCREMENT'],
      ],
    }));
  }
}

async function fillTemplates(store: Store): Promise<void> {
  for (const name of ['small web server', 'database']) {
    await store.templates.allocate((id) => ({ ...like.vmTemplate, id, name }));
  }
}

/** Disk images of all kinds: one that is used by nobody, one that is persistent, one whose download failed. */
async function fillImages(store: Store): Promise<void> {
  const image = async (name: string, more: Partial<Image>): Promise<unknown> =>
    store.images.allocate((id) => ({
      ...like.diskImage,
      ...{ id, name, state: IMAGE_STATE.READY, path: '', template: [['DEV_PREFIX', 'vd']] },
      ...more,
    }));
  await image('debian-13', { path: 'https://example.org/debian-13.qcow2' });
  await image('shop data', { type: IMAGE_TYPE.DATABLOCK, persistent: true, sizeMb: 20_480 });
  await image('broken download', {
    ...{ state: IMAGE_STATE.ERROR, path: 'https://example.org/gone.qcow2' },
    template: [['ERROR', 'Could not fetch https://example.org/gone.qcow2: the server answers 404.']],
  });
}

/** One with addresses that machines have and one that is held, one that has none yet. */
async function fillNetworks(store: Store): Promise<void> {
  const lan = await store.vnets.allocate((id) => ({ ...network, id, name: 'shop lan', clusters: [0] }));
  await store.vnets.allocate((id) => ({
    ...network,
    id,
    name: 'warehouse',
    clusters: [0],
    ranges: [],
    nextRangeId: 0,
  }));
  for (const [index, vm] of [0, -1].entries()) {
    await store.leases.take({ vnetId: lan.id, arId: 0, index, vm, nicId: vm < 0 ? -1 : 0 });
  }
}
