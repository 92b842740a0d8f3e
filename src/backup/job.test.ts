import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backupJob } from '../../tests/golden/objects.ts';
import type { BackupJob } from '../model/backup-job.ts';
import { CODE } from '../model/errors.ts';
import type { Operation } from '../model/operation.ts';
import { text } from '../model/attributes.ts';
import {
  beginRun,
  cancelRun,
  dropVms,
  outcomeOf,
  retryRun,
  vmBegan,
  vmCouldNotBegin,
  vmEnded,
  vmsOfRun,
  type VmOutcome,
} from './job.ts';

const START = 1000;

function jobOf(vms: string): BackupJob {
  const template: BackupJob['template'] = [
    ['BACKUP_VMS', vms],
    ['MODE', 'FULL'],
  ];
  return { ...structuredClone(backupJob), template };
}

/** A job whose run of these VMs has begun at START. */
function running(vms: string): BackupJob {
  const job = jobOf(vms);
  beginRun(
    job,
    vms.split(',').map((id) => Number(id)),
    START,
  );
  return job;
}

const errorOf = (job: BackupJob): string | undefined => text(job.template, 'ERROR');

describe('a run', () => {
  it('begins with every VM waiting, and forgets the last one', () => {
    const job = jobOf('5,4');
    Object.assign(job, { updatedVms: [5], errorVms: [4], cancelledVms: [9], lastBackupDurationSec: 7 });
    Object.assign(job, { interruptions: { 4: 2 }, template: [...job.template, ['ERROR', 'old']] });
    beginRun(job, [5, 4, 7, 5], START);
    expect(job).toMatchObject({
      ...{ outdatedVms: [5, 4, 7], updatedVms: [], errorVms: [], cancelledVms: [], backingUpVms: [] },
      ...{ lastBackupTime: START, lastBackupDurationSec: 0 },
    });
    expect(errorOf(job)).toBeUndefined();
    expect(job).not.toHaveProperty('interruptions');
  });

  it('begins only when none is under way', () => {
    const waiting = running('5,4');
    const refused = expect.objectContaining({ code: CODE.ACTION, objectId: 3 }) as Error;
    expect(() => beginRun(waiting, [5], START)).toThrow(refused);
    vmBegan(waiting, 5);
    cancelRun(waiting);
    expect(() => beginRun(waiting, [5], START)).toThrow('0 of its VMs wait, 1 are being backed up');
    expect(waiting).toMatchObject({ backingUpVms: [5], cancelledVms: [4] });
  });

  it('is told from one in the same second', () => {
    const job = running('5');
    cancelRun(job);
    beginRun(job, [5], START);
    expect(job.lastBackupTime).toBe(START + 1);
  });

  it('brings each VM to where its backup ended, and notes how long it took and why it failed', () => {
    const job = running('1,2,3,4');
    for (const vm of [1, 2, 3]) vmBegan(job, vm);
    expect(job).toMatchObject({ outdatedVms: [4], backingUpVms: [1, 2, 3] });
    vmEnded(job, 1, { end: 'done' }, START + 60);
    expect(job.lastBackupDurationSec).toBe(60);
    vmEnded(job, 2, { end: 'failed', reason: 'the disk is full' }, START + 90);
    vmEnded(job, 3, { end: 'cancelled' }, START + 95);
    expect(job).toMatchObject({ updatedVms: [1], errorVms: [2], cancelledVms: [3], lastBackupDurationSec: 95 });
    expect(errorOf(job)).toBe('Virtual machine 2: the disk is full');
    vmCouldNotBegin(job, 4, 'it is suspended');
    expect(job).toMatchObject({ outdatedVms: [], errorVms: [2, 4] });
    expect(errorOf(job)).toBe('Virtual machine 4: it is suspended');
  });

  it('begins no VM that does not wait, and settles none twice', () => {
    const job = running('1,2');
    vmBegan(job, 1);
    expect(() => vmBegan(job, 1)).toThrow(expect.objectContaining({ code: CODE.ACTION, objectId: 1 }) as Error);
    vmEnded(job, 1, { end: 'done' }, START + 1);
    const before = structuredClone(job);
    vmEnded(job, 1, { end: 'failed', reason: 'late' }, START + 9);
    vmEnded(job, 2, { end: 'done' }, START + 9);
    vmCouldNotBegin(job, 1, 'late');
    expect(job).toEqual(before);
  });
});

describe('when the daemon ended', () => {
  it('a VM waits again in its place, three times', () => {
    const job = running('1,2');
    for (let times = 1; times <= 3; times++) {
      vmBegan(job, 1);
      vmEnded(job, 1, { end: 'interrupted' }, START + times);
      expect(job.outdatedVms).toEqual([1, 2]);
    }
    vmBegan(job, 1);
    vmEnded(job, 1, { end: 'interrupted' }, START + 4);
    expect(job).toMatchObject({ outdatedVms: [2], errorVms: [1] });
    expect(errorOf(job)).toContain('Virtual machine 1: the daemon ended 4 times');
    retryRun(job);
    vmBegan(job, 1);
    vmEnded(job, 1, { end: 'interrupted' }, START + 5);
    expect(job.outdatedVms).toEqual([1, 2]);
  });

  it('a cancelled run does not go on', () => {
    const job = running('1,2');
    vmBegan(job, 1);
    cancelRun(job);
    vmEnded(job, 1, { end: 'interrupted' }, START + 1);
    expect(job).toMatchObject({ outdatedVms: [], cancelledVms: [2, 1] });
    expect(job).not.toHaveProperty('cancelling');
  });
});

describe('a cancelled run', () => {
  it('keeps what is under way until it has ended, well or not', () => {
    const job = running('1,2,3');
    vmBegan(job, 1);
    vmBegan(job, 2);
    cancelRun(job);
    expect(job).toMatchObject({ outdatedVms: [], backingUpVms: [1, 2], cancelledVms: [3], errorVms: [] });
    vmEnded(job, 1, { end: 'done' }, START + 1);
    vmEnded(job, 2, { end: 'cancelled' }, START + 2);
    expect(job).toMatchObject({ updatedVms: [1], backingUpVms: [], cancelledVms: [3, 2] });
  });

  it('is retried with what was cancelled and what failed, in the order of the job, in the same run', () => {
    const job = running('4,3,2,1,9,7');
    job.template = job.template.map((entry) => (entry[0] === 'BACKUP_VMS' ? ['BACKUP_VMS', '4,3,2,1'] : entry));
    vmBegan(job, 2);
    vmCouldNotBegin(job, 9, 'no');
    vmEnded(job, 2, { end: 'failed', reason: 'x' }, START + 1);
    vmBegan(job, 3);
    cancelRun(job);
    retryRun(job);
    expect(job).toMatchObject({ outdatedVms: [4, 2, 1, 7, 9], backingUpVms: [3], errorVms: [], cancelledVms: [] });
    expect(job.lastBackupTime).toBe(START);
    expect(errorOf(job)).toBeUndefined();
    vmEnded(job, 3, { end: 'interrupted' }, START + 2);
    expect(job.outdatedVms).toEqual([4, 3, 2, 1, 7, 9]);
  });
});

it('VMs that are gone are in no list any more, nor in BACKUP_VMS', () => {
  const job = running('1,2,3');
  vmBegan(job, 1);
  dropVms(job, [1, 3, 77]);
  expect(vmsOfRun(job)).toEqual([2]);
  expect(text(job.template, 'BACKUP_VMS')).toBe('2');
});

it('the record of a run tells how it ended', () => {
  const of = (change: Partial<Operation>): VmOutcome | undefined =>
    outcomeOf({ reason: 'why', ...change } as Operation);
  expect(of({ result: 'running' })).toBeUndefined();
  expect(of({ result: 'done', interrupted: true })).toEqual({ end: 'done' });
  expect(of({ result: 'cancelled', interrupted: true })).toEqual({ end: 'cancelled' });
  expect(of({ result: 'failed', interrupted: true })).toEqual({ end: 'interrupted' });
  expect(of({ result: 'failed' })).toEqual({ end: 'failed', reason: 'why' });
});

// what a run may meet, held against a model that knows of each VM where it is
type List = 'updatedVms' | 'outdatedVms' | 'backingUpVms' | 'errorVms' | 'cancelledVms';
interface Model {
  of: Map<number, List>;
  interruptions: Map<number, number>;
  cancelling: boolean;
}
interface Real {
  job: BackupJob;
}

const VMS = [1, 2, 3, 4, 5, 6];
const inList = (model: Model, list: List): number[] => [...model.of].filter(([, at]) => at === list).map(([vm]) => vm);
const isRunning = (model: Model): boolean =>
  inList(model, 'outdatedVms').length + inList(model, 'backingUpVms').length > 0;

function same({ job }: Real, model: Model): void {
  if (inList(model, 'backingUpVms').length === 0) model.cancelling = false;
  for (const list of ['updatedVms', 'outdatedVms', 'backingUpVms', 'errorVms', 'cancelledVms'] as const) {
    expect(job[list].toSorted((a, b) => a - b)).toEqual(inList(model, list).toSorted((a, b) => a - b));
  }
  expect(new Set(vmsOfRun(job)).size).toBe(vmsOfRun(job).length);
}

type Step = fc.Command<Model, Real>;
const step = (name: string, run: (model: Model, real: Real) => void): Step => ({
  check: () => true,
  run: (model, real) => {
    run(model, real);
    same(real, model);
  },
  toString: () => name,
});

const begin = (vms: number[], nowSec: number): Step =>
  step(`begin ${vms.join()}`, (model, { job }) => {
    if (isRunning(model)) {
      expect(() => beginRun(job, vms, nowSec)).toThrow('is running');
      return;
    }
    const last = job.lastBackupTime;
    beginRun(job, vms, nowSec);
    expect(job.lastBackupTime).toBeGreaterThan(last);
    expect(job.outdatedVms).toEqual(vms);
    Object.assign(model, { of: new Map(vms.map((vm) => [vm, 'outdatedVms'])), interruptions: new Map() });
  });

const began = (vm: number): Step =>
  step(`began ${vm}`, (model, { job }) => {
    if (model.of.get(vm) !== 'outdatedVms') expect(() => vmBegan(job, vm)).toThrow('does not wait');
    else {
      vmBegan(job, vm);
      model.of.set(vm, 'backingUpVms');
    }
  });

const couldNot = (vm: number): Step =>
  step(`could not begin ${vm}`, (model, { job }) => {
    vmCouldNotBegin(job, vm, 'why');
    if (model.of.get(vm) === 'outdatedVms') model.of.set(vm, 'errorVms');
  });

function afterInterruption(model: Model, vm: number): List {
  if (model.cancelling) return 'cancelledVms';
  const times = (model.interruptions.get(vm) ?? 0) + 1;
  model.interruptions.set(vm, times);
  return times > 3 ? 'errorVms' : 'outdatedVms';
}

const ended = (vm: number, end: VmOutcome['end']): Step =>
  step(`${vm} ${end}`, (model, { job }) => {
    vmEnded(job, vm, end === 'failed' ? { end, reason: 'why' } : { end }, START);
    if (model.of.get(vm) !== 'backingUpVms') return;
    const to = { done: 'updatedVms', failed: 'errorVms', cancelled: 'cancelledVms' } as const;
    model.of.set(vm, end === 'interrupted' ? afterInterruption(model, vm) : to[end]);
  });

const cancel = (): Step =>
  step('cancel', (model, { job }) => {
    cancelRun(job);
    for (const vm of inList(model, 'outdatedVms')) model.of.set(vm, 'cancelledVms');
    model.cancelling = inList(model, 'backingUpVms').length > 0;
  });

const retry = (): Step =>
  step('retry', (model, { job }) => {
    retryRun(job);
    model.cancelling = false;
    for (const vm of [...inList(model, 'errorVms'), ...inList(model, 'cancelledVms')]) {
      model.of.set(vm, 'outdatedVms');
      model.interruptions.delete(vm);
    }
  });

const dropped = (vm: number): Step =>
  step(`drop ${vm}`, (model, { job }) => {
    dropVms(job, [vm]);
    model.of.delete(vm);
    model.interruptions.delete(vm);
  });

it('whatever happens, each VM of the run is in exactly one list', () => {
  const vm = fc.constantFrom(...VMS);
  const end = fc.constantFrom<Array<VmOutcome['end']>>('done', 'failed', 'cancelled', 'interrupted', 'interrupted');
  const steps = [
    fc.tuple(fc.shuffledSubarray(VMS), fc.integer({ min: 0, max: 2000 })).map(([vms, now]) => begin(vms, now)),
    vm.map(began),
    vm.map(began),
    vm.map(couldNot),
    fc.tuple(vm, end).map(([one, how]) => ended(one, how)),
    fc.tuple(vm, end).map(([one, how]) => ended(one, how)),
    fc.constant(0).map(cancel),
    fc.constant(0).map(retry),
    vm.map(dropped),
  ];
  fc.assert(
    fc.property(fc.commands(steps, { maxCommands: 80 }), (commands) => {
      const setup = (): { model: Model; real: Real } => ({
        model: { of: new Map(), interruptions: new Map(), cancelling: false },
        real: { job: jobOf('3,1,2') },
      });
      fc.modelRun(setup, commands);
    }),
    { numRuns: 300 },
  );
});
