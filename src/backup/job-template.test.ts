import { describe, expect, it } from 'vitest';
import type { Attributes } from '../model/attributes.ts';
import { CODE } from '../model/errors.ts';
import {
  changedJobTemplate,
  checkJobDatastore,
  isReset,
  isSequential,
  jobConfig,
  jobTemplate,
  newPriority,
  vmsOf,
  windowsOf,
} from './job-template.ts';
import { datastore } from '../../tests/golden/objects.ts';
import { DATASTORE_TYPE } from '../model/datastore.ts';

const complete = (given: Attributes): Record<string, unknown> => Object.fromEntries(jobTemplate(given));

describe('the template of a backup job', () => {
  it('says everything, also what was left out', () => {
    expect(complete([['NAME', 'nightly']])).toEqual({
      BACKUP_VMS: '',
      BACKUP_VOLATILE: 'NO',
      EXECUTION: 'SEQUENTIAL',
      FS_FREEZE: 'NONE',
      KEEP_LAST: '0',
      MODE: 'FULL',
    });
  });

  it('keeps what it does not know, in the spelling of OpenNebula what it does', () => {
    const given: Attributes = [
      ['DESCRIPTION', 'all of them'],
      ['BACKUP_VMS', ' 3,1 , 3,1'],
      ['DATASTORE_ID', '100'],
      ['EXECUTION', 'parallel'],
      ['MODE', 'increment'],
      ['RESET', 'yes'],
      ['KEEP_LAST', '7'],
      ['PRIORITY', '99'],
      ['FREEZE_LIMIT', '5'],
      ['FREEZE_FAILURE', 'continue'],
      ['ERROR', 'old'],
    ];
    expect(complete(given)).toEqual({
      DESCRIPTION: 'all of them',
      BACKUP_VMS: '3,1',
      BACKUP_VOLATILE: 'NO',
      DATASTORE_ID: '100',
      EXECUTION: 'PARALLEL',
      FREEZE_FAILURE: 'CONTINUE',
      FREEZE_LIMIT: '5',
      FS_FREEZE: 'NONE',
      INCREMENT_MODE: 'CBT',
      KEEP_LAST: '7',
      MODE: 'INCREMENT',
      RESET: 'YES',
    });
    expect(jobTemplate(jobTemplate(given))).toEqual(jobTemplate(given));
  });

  it('forgets how increments are made when there are none', () => {
    expect(
      complete([
        ['MODE', 'FULL'],
        ['INCREMENT_MODE', 'SNAPSHOT'],
      ]),
    ).not.toHaveProperty('INCREMENT_MODE');
  });

  it('keeps what selects VMs and when backups may begin, each as often as it is there', () => {
    const given: Attributes = [
      ['BACKUP_VMS_SELECT', [['LABEL', 'prod']]],
      ['BACKUP_VMS_SELECT', [['OWNER', 'alice']]],
      ['BACKUP_WINDOW', [['HOURS', '22:00-06:00']]],
    ];
    expect(jobTemplate(given).slice(0, given.length)).toEqual(given);
    expect(windowsOf(given)).toEqual([[['HOURS', '22:00-06:00']]]);
    expect(
      complete([
        ['BACKUP_VMS_SELECT', ''],
        ['BACKUP_WINDOW', ''],
      ]),
    ).toEqual(complete([]));
  });

  it('keeps the last error when it is changed', () => {
    expect(Object.fromEntries(changedJobTemplate([['ERROR', 'why']], [['ERROR', 'mine']]))).toMatchObject({
      ERROR: 'why',
    });
  });

  it.each([
    ['MODE', 'DIFFERENTIAL', 'MODE="DIFFERENTIAL" is not known; it must be one of FULL, INCREMENT.'],
    ['INCREMENT_MODE', 'X', 'INCREMENT_MODE="X" is not known'],
    ['FS_FREEZE', 'X', 'FS_FREEZE="X" is not known'],
    ['FREEZE_LIMIT', '0', 'FREEZE_LIMIT="0" is not usable'],
    ['FREEZE_FAILURE', 'X', 'FREEZE_FAILURE="X" is not known'],
    ['BACKUP_VOLATILE', 'X', 'BACKUP_VOLATILE="X" is not known'],
    ['KEEP_LAST', '-1', 'KEEP_LAST="-1" is not a number'],
    ['EXECUTION', 'X', 'EXECUTION="X" is not known; it must be one of SEQUENTIAL, PARALLEL.'],
    ['RESET', 'X', 'RESET="X" is not known'],
    ['BACKUP_VMS', '1;2', 'BACKUP_VMS="1;2" is not right'],
    ['BACKUP_VMS', '1,,2', 'BACKUP_VMS="1,,2" is not right'],
    ['BACKUP_VMS', '99999999999', 'is not right'],
    ['DATASTORE_ID', 'here', 'DATASTORE_ID="here" is not right'],
    ['BACKUP_VMS_SELECT', [['NAME', 'web']], 'BACKUP_VMS_SELECT/NAME="web" is not known'],
    ['BACKUP_VMS_SELECT', 'prod', 'BACKUP_VMS_SELECT="prod" is a text'],
    ['COPY_TO', 'there', 'COPY_TO="there" is not usable; it must be the id of a backup datastore.'],
    ['COPY_TO', [['A', 'b']], 'COPY_TO of a backup job is a text'],
    ['BACKUP_WINDOW', 'night', 'BACKUP_WINDOW="night"'],
    ['BACKUP_WINDOW', [['HOURS', 'night']], 'BACKUP_WINDOW/HOURS="night"'],
    ['MODE', [['A', 'b']], 'MODE of a backup job is a text'],
  ] as Array<[...Attributes[number], string]>)('%s=%j is refused', (name, value, message) => {
    expect(() => jobTemplate([[name, value]])).toThrow(
      expect.objectContaining({ code: CODE.INTERNAL, message: expect.stringContaining(message) as string }) as Error,
    );
  });

  it('has a priority from 0 to 99', () => {
    expect([newPriority([]), newPriority([['PRIORITY', '0']]), newPriority([['PRIORITY', '99']])]).toEqual([50, 0, 99]);
    for (const wrong of ['100', '-1', 'high']) expect(() => newPriority([['PRIORITY', wrong]])).toThrow(`"${wrong}"`);
  });

  it('lists its VMs', () => {
    expect(vmsOf([['BACKUP_VMS', '5,4']])).toEqual([5, 4]);
    expect(vmsOf([])).toEqual([]);
  });

  it('says how its runs back up', () => {
    const given: Attributes = [
      ['MODE', 'increment'],
      ['INCREMENT_MODE', 'SNAPSHOT'],
      ['KEEP_LAST', '7'],
      ['FREEZE_LIMIT', '5'],
      ['EXECUTION', 'PARALLEL'],
      ['RESET', 'yes'],
    ];
    const template = jobTemplate(given);
    expect(jobConfig(template)).toEqual({
      ...{ mode: 'INCREMENT', incrementMode: 'SNAPSHOT', keepLast: 7, backupVolatile: false },
      ...{ fsFreeze: 'NONE', freezeLimitSec: 5, freezeFailure: 'FAIL' },
    });
    expect([isSequential(template), isReset(template)]).toEqual([false, true]);
    expect([isSequential(jobTemplate([])), isReset(jobTemplate([]))]).toEqual([true, false]);
  });

  it('goes to a backup datastore', () => {
    expect(() => checkJobDatastore({ ...datastore, type: DATASTORE_TYPE.BACKUP_DS })).not.toThrow();
    expect(() => checkJobDatastore({ ...datastore, type: DATASTORE_TYPE.IMAGE_DS })).toThrow('is no backup datastore');
  });
});
