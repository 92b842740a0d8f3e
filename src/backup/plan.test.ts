import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backupImage, datastore, vm } from '../../tests/golden/objects.ts';
import type { Attributes, Vector } from '../model/attributes.ts';
import type { BackupConfig } from '../model/backup-config.ts';
import { DATASTORE_TYPE } from '../model/datastore.ts';
import { pointsTo } from '../model/chain.ts';
import { CODE } from '../model/errors.ts';
import type { BackupPoint, Image } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import { planBackup, type BackupPlan, type BackupRequest } from './plan.ts';

const disk = (id: number, ...more: Vector): Attributes[number] => ['DISK', [['DISK_ID', String(id)], ...more]];
const IMAGE = disk(0, ['IMAGE_ID', '3'], ['TYPE', 'FILE'], ['FORMAT', 'qcow2'], ['TARGET', 'vda'], ['SOURCE', '/ds/3']);
const OWN = disk(1, ['IMAGE_ID', '4'], ['TYPE', 'FILE'], ['FORMAT', 'raw'], ['PERSISTENT', 'YES'], ['SOURCE', '/ds/4']);
const CDROM = disk(2, ['IMAGE_ID', '5'], ['TYPE', 'CDROM'], ['FORMAT', 'raw'], ['SOURCE', '/ds/5']);
const SWAP = disk(3, ['TYPE', 'swap'], ['FORMAT', 'raw'], ['TARGET', 'vdd']);
const FS = disk(4, ['TYPE', 'fs'], ['FORMAT', 'raw'], ['TARGET', 'vde']);

function machine(template: Attributes, config: Partial<BackupConfig> = {}, change: Partial<Vm> = {}): Vm {
  const base = { ...structuredClone(vm), state: 3 as const, lcmState: 3 as const };
  const backups = { ...base.backups, config: { ...base.backups.config, mode: 'FULL' as const, ...config } };
  return { ...base, template, backups, ...change };
}

const plan = (vm: Vm, to = datastore): BackupPlan => planBackup({ vm, datastore: to, vmDirectory: '/vms/0' });

describe('which disks are taken', () => {
  it('all but swap, CDROMs and volatile ones, each with its reason', () => {
    const planned = plan(machine([IMAGE, OWN, CDROM, SWAP, FS]));
    expect(planned.disks.map(({ diskId, path, format, file }) => [diskId, path, format, file])).toEqual([
      [0, '/vms/0/disk.0', 'qcow2', 'disk.0.0'],
      [1, '/ds/4', 'raw', 'disk.1.0'],
    ]);
    expect(planned.leftOut).toEqual([
      'disk 2: CDROMs are never backed up',
      'disk 3: swap is never backed up',
      'disk 4: volatile, and BACKUP_VOLATILE is NO',
    ]);
    expect(planned).toMatchObject({ type: 'FULL', reason: 'MODE is FULL', live: true });
  });

  it('volatile ones when BACKUP_VOLATILE is YES, but never swap', () => {
    const planned = plan(machine([SWAP, FS], { backupVolatile: true }));
    expect(planned.disks.map(({ diskId }) => diskId)).toEqual([4]);
  });
});

it('a VM that is off has no targets, and one that runs has them', () => {
  const off = plan(machine([IMAGE], {}, { state: 8, lcmState: 0 }));
  expect([off.live, off.disks[0]?.target]).toEqual([false, '']);
  const live = plan(machine([IMAGE]));
  expect([live.live, live.disks[0]?.target]).toEqual([true, 'vda']);
});

describe('no backup is possible', () => {
  it('without a disk, and why none is left', () => {
    const refuse = (template: Attributes) => () => plan(machine(template));
    expect(refuse([])).toThrow('Virtual machine 0 has no disk to back up.');
    expect(refuse([SWAP])).toThrow('has no disk to back up (disk 3: swap is never backed up).');
  });

  it('to a datastore that is for something else', () => {
    for (const type of [DATASTORE_TYPE.IMAGE_DS, DATASTORE_TYPE.SYSTEM_DS, DATASTORE_TYPE.FILE_DS]) {
      expect(() => plan(machine([IMAGE]), { ...datastore, type })).toThrow(
        expect.objectContaining({ code: CODE.ACTION, objectId: 100 }) as Error,
      );
    }
  });
});

const DATA = disk(1, ['IMAGE_ID', '4'], ['TYPE', 'FILE'], ['FORMAT', 'qcow2'], ['SIZE', '64'], ['TARGET', 'vdb']);

function point(id: number, change: Partial<BackupPoint> = {}): BackupPoint {
  const disks = [0, 1].map((diskId) => ({
    ...{ diskId, file: `disk.${diskId}.${id}`, virtualBytes: 2 ** 26, fileBytes: 1, sha256: '' },
    ...{ originalFormat: 'qcow2' as const, samples: [{ cluster: 7, sha256: 'ab' }] },
  }));
  const source = `0000000${id}`;
  return {
    ...{
      id,
      parentId: id - 1,
      type: id === 0 ? ('FULL' as const) : ('INCREMENT' as const),
      date: 1,
      sizeMb: 1,
      source,
    },
    ...{ layers: [{ source, path: '/b', pointId: id, sizeMb: 1, disks }], consistency: 'crash' as const },
    ...{ tracker: `one-0-${id}`, reason: '', vmTemplate: [IMAGE, DATA] },
    ...change,
  };
}

const chain: Image = { ...backupImage, id: 9, datastoreId: datastore.id, points: [point(0), point(1)] };
const noting: Partial<BackupConfig> = { mode: 'INCREMENT', incrementalBackupId: 9, lastIncrementId: 1, keepLast: 0 };

function incremental(change: Partial<BackupRequest> = {}, template: Attributes = [IMAGE, DATA]): BackupPlan {
  const noted = machine(template, noting);
  const backups = { ...noted.backups, nextTracker: 5 };
  return planBackup({ vm: { ...noted, backups }, datastore, vmDirectory: '/vms/0', chain, ...change });
}

const refused = (change: Partial<BackupRequest>, template?: Attributes) => () => incremental(change, template);
const reason = (change: Partial<BackupRequest>, template?: Attributes): string[] => {
  const { type, reason: why, parent, pointId } = incremental(change, template);
  expect([parent, pointId]).toEqual(type === 'FULL' ? [null, 0] : [expect.anything(), 2]);
  return [type, why];
};

describe('an increment', () => {
  it('goes on from the last point of the chain, with a tracker of its own', () => {
    const planned = incremental();
    expect(planned).toMatchObject({ type: 'INCREMENT', pointId: 2, reason: 'changes since increment 1 of image 9' });
    expect(planned.parent).toEqual({ imageId: 9, point: chain.points[1] });
    expect(planned.tracking).toEqual({ mode: 'CBT', next: 'one-0-5', parent: 'one-0-1' });
    expect(planned.disks.map(({ file, known }) => [file, known])).toEqual([
      ['disk.0.2', { virtualBytes: 2 ** 26, samples: [{ cluster: 7, sha256: 'ab' }] }],
      ['disk.1.2', { virtualBytes: 2 ** 26, samples: [{ cluster: 7, sha256: 'ab' }] }],
    ]);
  });

  it('is none, and why, where the chain cannot be gone on with', () => {
    const full = (change: Partial<Image>): string[] => reason({ chain: { ...chain, ...change } });
    expect(reason({ reset: true })).toEqual(['FULL', 'a new chain was asked for']);
    expect(reason({ chain: undefined })).toEqual(['FULL', "the chain's image 9 does not exist any more"]);
    expect(full({ points: [] })).toEqual(['FULL', 'image 9 holds no backup']);
    expect(full({ points: [point(1)] })[1]).toMatch(/image 9 is broken: increment 0, which others need, is missing/);
    expect(full({ state: 7 })).toEqual(['FULL', "the chain's image 9 is not in state rdy"]);
    expect(full({ points: [point(0), point(1, { tracker: '' })] })[1]).toMatch(/nothing noted what changed after/);
    const bad = { date: 1, good: false, reason: 'rotten' };
    expect(full({ points: [point(0, { verified: bad }), point(1)] })[1]).toBe(
      'increment 0 of image 9 is damaged: rotten',
    );
    const troubled = [{ diskId: 1, trouble: 'its bitmap is gone', dirtyBytes: null }];
    expect(reason({ trackers: troubled })).toEqual(['FULL', 'disk 1: its bitmap is gone']);
    expect(reason({ lost: 'it lied' })).toEqual(['FULL', 'it lied']);
  });

  it('begins a chain when there is none, and says what ended the last one', () => {
    const vm = machine([IMAGE], { ...noting, incrementalBackupId: -1 });
    const begin = (change: Partial<Vm['backups']>): string =>
      planBackup({ vm: { ...vm, backups: { ...vm.backups, ...change } }, datastore, vmDirectory: '/' }).reason;
    expect(begin({})).toBe('the first backup of a chain');
    expect(begin({ chainEnded: 'it was deleted' })).toBe('it was deleted');
  });

  it('never follows a point of other disks', () => {
    expect(reason({}, [IMAGE])).toEqual(['FULL', 'disk 1 was detached after the last backup']);
    const larger = disk(1, ['IMAGE_ID', '4'], ['TYPE', 'FILE'], ['FORMAT', 'qcow2'], ['SIZE', '65'], ['TARGET', 'vdb']);
    expect(reason({}, [IMAGE, larger])).toEqual(['FULL', 'disk 1 has 65 MB now, and had 64']);
    const other = disk(1, ['IMAGE_ID', '5'], ['TYPE', 'FILE'], ['FORMAT', 'qcow2'], ['SIZE', '64'], ['TARGET', 'vdb']);
    expect(reason({}, [IMAGE, other])).toEqual(['FULL', 'disk 1 is another image now']);
  });

  it('tells a person of a disk that was attached, and begins a new chain when nobody is there', () => {
    const attached = [
      IMAGE,
      DATA,
      disk(2, ['IMAGE_ID', '8'], ['TYPE', 'FILE'], ['FORMAT', 'qcow2'], ['TARGET', 'vdc']),
    ];
    expect(refused({}, attached)).toThrow(
      expect.objectContaining({
        code: CODE.ACTION,
        message: expect.stringContaining('disk 2 (vdc) was attached after the last backup') as string,
        hint: 'Begin a new chain: onevm backup --reset -d 100 0',
      }) as Error,
    );
    expect(reason({ unattended: true }, attached)).toEqual(['FULL', 'disk 2 (vdc) was attached after the last backup']);
    expect(reason({ reset: true }, attached)).toEqual(['FULL', 'a new chain was asked for']);
  });

  it('tells a person of a raw disk that was attached as well, once', () => {
    const raw = disk(2, ['IMAGE_ID', '8'], ['TYPE', 'FILE'], ['FORMAT', 'raw'], ['TARGET', 'vdc']);
    const attached = [IMAGE, DATA, raw];
    expect(refused({}, attached)).toThrow('disk 2 (vdc) was attached after the last backup');
    for (const answer of [{ reset: true }, { unattended: true }])
      expect(reason(answer, attached)).toEqual([
        'FULL',
        expect.stringContaining('increments are not possible: disk 2'),
      ]);
    expect(reason({}, [IMAGE, OWN])).toEqual(['FULL', expect.stringContaining('increments are not possible: disk 1')]);
  });

  it('does not go to another datastore than its chain without a word', () => {
    const elsewhere = { ...datastore, id: 101, name: 'cloud' };
    expect(refused({ datastore: elsewhere })).toThrow('the chain is in datastore 100 (RBackups), not in 101 (cloud)');
    expect(reason({ datastore: elsewhere, unattended: true })[0]).toBe('FULL');
  });

  it('is never made of disks that cannot note changes, and no tracker begins', () => {
    const planned = incremental({ unattended: true }, [IMAGE, OWN]);
    expect(planned.type).toBe('FULL');
    expect(planned.reason).toMatch(/increments are not possible: disk 1 has FORMAT="raw"/);
    expect(planned.tracking).toBeNull();
  });

  it('whatever the chain is, stands on a point that is there with all below it, or is a full backup', () => {
    const any = fc.record({
      id: fc.nat(4),
      parentId: fc.integer({ min: -1, max: 4 }),
      type: fc.constantFrom('FULL' as const, 'INCREMENT' as const),
      tracker: fc.constantFrom('', 'one-0-1'),
      verified: fc.option(fc.record({ date: fc.nat(), good: fc.boolean(), reason: fc.constant('') }), {
        nil: undefined,
      }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(any, { maxLength: 5, selector: ({ id }) => id }), (given) => {
        const points = given.map(({ verified, ...change }) => point(0, { ...change, ...(verified && { verified }) }));
        const image = { ...chain, points };
        const { type, parent, tracking } = incremental({ chain: image, unattended: true });
        if (type === 'FULL') expect([parent, tracking?.parent]).toEqual([null, null]);
        if (type === 'FULL') return;
        const below = pointsTo(image, parent?.point.id ?? -1);
        if (typeof below === 'string') throw new Error(below);
        expect(below[0]?.type).toBe('FULL');
        expect(below.at(-1)).toBe(points.at(-1));
        expect(below.every(({ verified }) => verified?.good !== false)).toBe(true);
        expect(tracking?.parent).toBe(points.at(-1)?.tracker);
      }),
    );
  });
});

describe('in slices', () => {
  const slices = { ...datastore, dsMad: 'restic', template: [['RESTIC_LAYOUT', 'SLICES']] as Attributes };
  const inSlices = (id: number, change: Partial<BackupPoint> = {}): BackupPoint => {
    const one = point(id, { type: 'FULL', parentId: -1, ...change });
    const layers = one.layers.map((layer) => ({
      ...layer,
      disks: layer.disks.map((of) => ({ ...of, file: `disk.${of.diskId}`, layout: 'SLICES' as const })),
    }));
    return { ...one, layers };
  };
  const image = { ...chain, points: [inSlices(0), inSlices(1)] };
  const next = (change: Partial<BackupRequest> = {}): BackupPlan =>
    incremental({ datastore: slices, chain: image, ...change });
  const COMPLETE = '; every point is complete in itself';

  it('a point follows the last one and reads what changed, under names that stay', () => {
    const planned = next();
    expect(planned).toMatchObject({ type: 'INCREMENT', layout: 'SLICES', pointId: 2, parent: { imageId: 9 } });
    expect(planned.reason).toBe(`changes since increment 1 of image 9 are read${COMPLETE}`);
    expect(planned.tracking).toEqual({ mode: 'CBT', next: 'one-0-5', parent: 'one-0-1' });
    expect(planned.slices).toEqual({ number: 6, parent: image.points[1]?.layers[0] });
    expect(planned.disks.map(({ file }) => file)).toEqual(['disk.0', 'disk.1']);
  });

  it('what notes the changes costs reads alone when it cannot be believed', () => {
    const troubled = [{ diskId: 1, trouble: 'its bitmap is gone', dirtyBytes: null }];
    const all = (change: Partial<BackupRequest>): string => {
      const planned = next(change);
      expect(planned).toMatchObject({ type: 'FULL', pointId: 2, parent: { imageId: 9 }, slices: { parent: null } });
      expect(planned.tracking).toMatchObject({ next: 'one-0-5', parent: null });
      return planned.reason;
    };
    expect(all({ trackers: troubled })).toBe(`disk 1: its bitmap is gone, so all is read${COMPLETE}`);
    expect(all({ lost: 'It lied.' })).toBe(`It lied, so all is read${COMPLETE}`);
    const untracked = { ...image, points: [inSlices(0), inSlices(1, { tracker: '' })] };
    expect(all({ chain: untracked })).toMatch(
      /^nothing noted what changed after increment 1 of image 9, so all is read/,
    );
  });

  it('a point that was damaged harms only those that follow it at once', () => {
    const verified = { date: 1, good: false, reason: 'rotten' };
    const first = { ...image, points: [inSlices(0, { verified }), inSlices(1)] };
    expect(next({ chain: first }).type).toBe('INCREMENT');
    const last = { ...image, points: [inSlices(0), inSlices(1, { verified })] };
    expect(next({ chain: last })).toMatchObject({ type: 'FULL', parent: null, pointId: 0 });
  });

  it('another layout begins an image of its own, and says so', () => {
    expect(next({ chain }).reason).toBe(
      `RESTIC_LAYOUT of datastore 100 is SLICES now, and image 9 is in QCOW2${COMPLETE}`,
    );
    const back = incremental({ chain: image });
    expect(back).toMatchObject({ type: 'FULL', layout: 'QCOW2', parent: null, pointId: 0 });
    expect(back.reason).toBe('RESTIC_LAYOUT of datastore 100 is QCOW2 now, and image 9 is in SLICES');
    expect(back.slices).toBeUndefined();
  });

  it('nothing is compared when nothing notes changes', () => {
    const planned = plan(machine([IMAGE]), slices);
    expect(planned).toMatchObject({ type: 'FULL', parent: null, tracking: null, slices: { number: 0, parent: null } });
    expect(planned.reason).toBe(`MODE is FULL${COMPLETE}`);
  });
});
