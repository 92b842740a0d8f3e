import { describe, expect, it } from 'vitest';
import type { Vector } from '../model/attributes.ts';
import { CODE } from '../model/errors.ts';
import { END_TYPE, REPEAT, SCHEDULED_ACTIONS } from '../model/scheduled-action.ts';
import { readScheduledAction } from './action-template.ts';

const DAY = 86_400;
/** Thursday 2026-11-26 02:00 in Berlin. */
const T = Date.UTC(2026, 10, 26, 1) / 1000;
const onVm = { parent: { type: 'VM' as const, id: 7 }, nowSec: T, startSec: T - 500, zone: 'Europe/Berlin' };
const onJob = { parent: { type: 'BACKUPJOB' as const, id: 9 }, nowSec: T, zone: 'Europe/Berlin' };
const backup = (...over: Vector): Vector => [...over, ['ACTION', 'backup'], ['TIME', String(T + DAY)]];

describe('a new action', () => {
  it('is read as clients send it', () => {
    const sent: Vector = [
      ...([
        ['ACTION', 'backup'],
        ['ARGS', '100,0'],
        ['TIME', '1795410333'],
        ['REPEAT', '0'],
      ] satisfies Vector),
      ...([
        ['DAYS', '5, 0,5'],
        ['END_TYPE', '1'],
        ['END_VALUE', '4'],
      ] satisfies Vector),
    ];
    const schedule = { timeSec: 1795410333, anchorSec: 1795410333, repeat: 0, days: [0, 5], endType: 1, endValue: 4 };
    expect(readScheduledAction(sent, onVm)).toEqual({
      ...{ parent: { type: 'VM', id: 7 }, action: 'backup', args: '100,0', schedule },
      ...{ doneSec: -1, message: '', warning: 0, finished: false },
    });
  });

  it('happens once when nothing is said of a repetition', () => {
    const { schedule } = readScheduledAction(backup(['REPEAT', ''], ['DAYS', ''], ['END_VALUE', '-1']), onVm);
    expect(schedule).toMatchObject({ repeat: REPEAT.NONE, days: [], endType: END_TYPE.NONE, endValue: -1 });
  });

  it('never ends when nothing is said of an end', () => {
    const { schedule } = readScheduledAction(backup(['REPEAT', 'hourly'], ['DAYS', '168']), onVm);
    expect(schedule).toMatchObject({ repeat: REPEAT.HOURLY, days: [168], endType: END_TYPE.NEVER, endValue: -1 });
  });

  it.each(Object.entries(REPEAT))('repeats %s by name and by number', (word, repeat) => {
    const days: Vector = repeat === REPEAT.NONE ? [] : [['DAYS', '1']];
    for (const text of [word, word.toLowerCase(), String(repeat)]) {
      expect(readScheduledAction(backup(['REPEAT', text], ...days), onVm).schedule.repeat).toBe(repeat);
    }
  });

  it.each([
    ['now', T],
    ['NOW', T],
    ['+3600', T + 3100],
    ['1795410333', 1795410333],
  ])('TIME="%s"', (text, timeSec) => {
    const { schedule } = readScheduledAction(
      [
        ['ACTION', 'hold'],
        ['TIME', text],
      ],
      onVm,
    );
    expect(schedule).toMatchObject({ timeSec, anchorSec: timeSec });
  });

  it('of a job is a backup without ARGS', () => {
    const sent: Vector = [
      ['TIME', String(T)],
      ['ARGS', 'whatever'],
    ];
    expect(readScheduledAction(sent, onJob)).toMatchObject({ action: 'backup', args: '', parent: onJob.parent });
    expect(readScheduledAction([...sent, ['ACTION', 'backup']], onJob).action).toBe('backup');
  });

  it('has a warning as a time has it', () => {
    expect(readScheduledAction(backup(['WARNING', '+60']), onVm).warning).toBe(T - 440);
    expect(readScheduledAction(backup(['WARNING', '0']), onVm).warning).toBe(0);
  });

  it.each(['', '-1', '100', '100,1', ' 100 , 0', ',1', '-1,1'])('backs up with ARGS="%s"', (args) => {
    expect(readScheduledAction(backup(['ARGS', args]), onVm).args).toBe(args.trim());
  });

  it.each([
    ['snapshot-create', ''],
    ['snapshot-create', 'before the update, again'],
    ['snapshot-revert', '3'],
    ['snapshot-delete', '0'],
    ['disk-snapshot-create', '0,before, again'],
    ['disk-snapshot-revert', '0,3'],
    ['disk-snapshot-delete', '12, 0'],
    ['poweroff-hard', ''],
  ])('%s with ARGS="%s"', (action, args) => {
    const sent: Vector = [
      ['ACTION', action],
      ['ARGS', args],
      ['TIME', 'now'],
    ];
    expect(readScheduledAction(sent, onVm)).toMatchObject({ action, args });
  });
});

describe('what is refused', () => {
  const refused = (vector: Vector, on: typeof onVm | typeof onJob = onVm): unknown => {
    try {
      return readScheduledAction(vector, on);
    } catch (error) {
      return error;
    }
  };
  const relative = 'it must be epoch seconds, +N for N seconds after the start of the VM, or now';
  const repeats = 'it must be one of -1 (NONE), 0 (WEEKLY), 1 (MONTHLY), 2 (YEARLY), 3 (HOURLY)';
  const week = 'it must be days of the week from 0 (Sunday) to 6 with commas between';
  const month = 'it must be days of the month from 1 to 31 with commas between';
  const year = 'it must be days of the year from 0 (January 1st) to 365 with commas between';
  const hours = 'it must be one number of hours from 1 to 168';
  const times = 'with END_TYPE TIMES it must be how often it is done, from 1 to 999999999';
  const date = 'with END_TYPE DATE it must be epoch seconds';
  const loose = 'it needs END_TYPE TIMES (1) or DATE (2) and a REPEAT; leave it out';
  const weekly: Vector = [
    ['REPEAT', '0'],
    ['DAYS', '1'],
  ];
  const ds = 'of a backup it must be <datastore id>[,<reset 0 or 1>]; -1 is the datastore of the chain';
  const known = `it must be one of ${SCHEDULED_ACTIONS.join(', ')}`;

  it.each<[string, string, string, Vector]>([
    [
      'ACTION',
      'explode',
      known,
      [
        ['TIME', 'now'],
        ['ACTION', 'explode'],
      ],
    ],
    ['ACTION', '', known, [['TIME', 'now']]],
    ['TIME', '', relative, [['ACTION', 'hold']]],
    [
      'TIME',
      'tomorrow',
      relative,
      [
        ['ACTION', 'hold'],
        ['TIME', 'tomorrow'],
      ],
    ],
    [
      'TIME',
      '-5',
      relative,
      [
        ['ACTION', 'hold'],
        ['TIME', '-5'],
      ],
    ],
    [
      'TIME',
      '1795410333000',
      relative,
      [
        ['ACTION', 'hold'],
        ['TIME', '1795410333000'],
      ],
    ],
    [
      'TIME',
      '+1h',
      relative,
      [
        ['ACTION', 'hold'],
        ['TIME', '+1h'],
      ],
    ],
    ['REPEAT', '4', repeats, backup(['REPEAT', '4'])],
    ['REPEAT', 'daily', repeats, backup(['REPEAT', 'daily'])],
    ['DAYS', '', week, backup(['REPEAT', '0'])],
    ['DAYS', '7', week, backup(['REPEAT', '0'], ['DAYS', '7'])],
    ['DAYS', '1,,2', week, backup(['REPEAT', '0'], ['DAYS', '1,,2'])],
    ['DAYS', '0', month, backup(['REPEAT', '1'], ['DAYS', '0'])],
    ['DAYS', '1,32', month, backup(['REPEAT', '1'], ['DAYS', '1,32'])],
    ['DAYS', '366', year, backup(['REPEAT', '2'], ['DAYS', '366'])],
    ['DAYS', '0', hours, backup(['REPEAT', '3'], ['DAYS', '0'])],
    ['DAYS', '169', hours, backup(['REPEAT', '3'], ['DAYS', '169'])],
    ['DAYS', '1,2', hours, backup(['REPEAT', '3'], ['DAYS', '1,2'])],
    ['DAYS', '1', 'without REPEAT there are no days; leave it out', backup(['DAYS', '1'])],
    [
      'END_TYPE',
      '3',
      'it must be one of -1 (NONE), 0 (NEVER), 1 (TIMES), 2 (DATE)',
      backup(...weekly, ['END_TYPE', '3']),
    ],
    [
      'END_TYPE',
      '1',
      'without REPEAT there is nothing to end; leave it out',
      backup(['END_TYPE', '1'], ['END_VALUE', '2']),
    ],
    ['END_VALUE', '', times, backup(...weekly, ['END_TYPE', '1'])],
    ['END_VALUE', '0', times, backup(...weekly, ['END_TYPE', '1'], ['END_VALUE', '0'])],
    ['END_VALUE', '', date, backup(...weekly, ['END_TYPE', 'DATE'])],
    ['END_VALUE', '12/24', date, backup(...weekly, ['END_TYPE', 'DATE'], ['END_VALUE', '12/24'])],
    ['END_VALUE', '5', 'it would end before it is done once', backup(...weekly, ['END_TYPE', '2'], ['END_VALUE', '5'])],
    ['END_VALUE', '5', loose, backup(...weekly, ['END_VALUE', '5'])],
    ['END_VALUE', '5', loose, backup(['END_VALUE', '5'])],
    ['ARGS', 'vault', ds, backup(['ARGS', 'vault'])],
    ['ARGS', '100,2', ds, backup(['ARGS', '100,2'])],
    ['ARGS', '100,0,1', ds, backup(['ARGS', '100,0,1'])],
    ['ARGS', '9999999999', ds, backup(['ARGS', '9999999999'])],
    [
      'ARGS',
      'x',
      'poweroff takes none; leave it out',
      [
        ['ACTION', 'poweroff'],
        ['TIME', 'now'],
        ['ARGS', 'x'],
      ],
    ],
    [
      ...(['ARGS', '', 'of snapshot-revert it must be the id of the snapshot'] as const),
      [
        ['ACTION', 'snapshot-revert'],
        ['TIME', 'now'],
      ],
    ],
    ...['', '0', '0,', 'vda,x'].map((args): [string, string, string, Vector] => [
      ...(['ARGS', args, 'of disk-snapshot-create it must be <id of the disk>,<name of the snapshot>'] as const),
      [
        ['ACTION', 'disk-snapshot-create'],
        ['TIME', 'now'],
        ['ARGS', args],
      ],
    ]),
    [
      ...(['ARGS', '0,old', 'of disk-snapshot-delete it must be <id of the disk>,<id of the snapshot>'] as const),
      [
        ['ACTION', 'disk-snapshot-delete'],
        ['TIME', 'now'],
        ['ARGS', '0,old'],
      ],
    ],
    [
      ...(['ARGS', 'old', 'of snapshot-delete it must be the id of the snapshot'] as const),
      [
        ['ACTION', 'snapshot-delete'],
        ['TIME', 'now'],
        ['ARGS', 'old'],
      ],
    ],
    ['WARNING', 'soon', relative, backup(['WARNING', 'soon'])],
    [
      ...([
        'PERIOD',
        '5',
        'a scheduled action has ACTION, ARGS, TIME, REPEAT, DAYS, END_TYPE, END_VALUE, WARNING',
      ] as const),
      backup(['PERIOD', '5']),
    ],
  ])('%s="%s": %s', (name, value, right, vector) => {
    const message = `SCHED_ACTION/${name}="${value}" is not right; ${right}.`;
    expect(refused(vector)).toMatchObject({ code: CODE.INTERNAL, message });
  });

  it('for a job: another action, and a start to count from', () => {
    expect(
      refused(
        [
          ['TIME', 'now'],
          ['ACTION', 'hold'],
        ],
        onJob,
      ),
    ).toMatchObject({
      message: 'SCHED_ACTION/ACTION="hold" is not right; a backup job is always run: leave it out.',
    });
    const message =
      'SCHED_ACTION/TIME="+60" is not right; it would count from the start of a VM, and there is none: it must be epoch seconds, or now.';
    expect(refused([['TIME', '+60']], { ...onJob, startSec: T })).toMatchObject({ message });
  });
});
