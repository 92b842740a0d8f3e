import { describe, expect, it } from 'vitest';
import type { Vector } from './attributes.ts';
import { conditionText, DEFAULT_DRILL, readDrill, readDrillVector, settleDrill } from './drill.ts';

const read = (...vector: Vector): unknown => readDrillVector(vector, 'DRILL/');

describe('what DRILL says', () => {
  it.each<[Vector, unknown]>([
    [[], {}],
    [[['TEXT', 'login:']], { conditions: [{ kind: 'text', text: 'login:' }] }],
    [[['CONDITION', 'serial'], ['PATTERN', '^ready \\d+$']], { conditions: [{ kind: 'pattern', pattern: '^ready \\d+$' }] }], // prettier-ignore
    [
      [
        ['CONDITION', 'AGENT'],
        ['TIMEOUT', '60'],
      ],
      { conditions: [{ kind: 'agent' }], timeoutSec: 60 },
    ],
    [[['SCRIPT', 'look-at.sh']], { conditions: [{ kind: 'script', script: 'look-at.sh' }] }],
    [
      [
        ['MEMORY', '256'],
        ['TIMEOUT', ''],
      ],
      { memoryMb: 256 },
    ],
  ])('%j', (vector, wish) => {
    expect(read(...vector)).toEqual(wish);
  });

  it.each<[Vector, string]>([
    [
      [['COLOR', 'red']],
      'DRILL/COLOR="red" is not right; a drill has CONDITION, TEXT, PATTERN, SCRIPT, TIMEOUT, MEMORY',
    ],
    [[['CONDITION', 'PING']], 'DRILL/CONDITION="PING" is not right; it must be one of SERIAL, AGENT, SCRIPT'],
    [[['CONDITION', 'SERIAL']], 'DRILL/TEXT="" is not right; CONDITION="SERIAL" needs a TEXT or a PATTERN'],
    [
      [
        ['CONDITION', 'AGENT'],
        ['TEXT', 'x'],
      ],
      'DRILL/TEXT="x" is not right; it does not go with CONDITION="AGENT"',
    ],
    [
      [
        ['TEXT', 'x'],
        ['PATTERN', 'y'],
      ],
      'DRILL/PATTERN="y" is not right; there is a TEXT',
    ],
    [[['PATTERN', '(']], 'DRILL/PATTERN="(" is not right; it must be a regular expression'],
    [[['SCRIPT', '../sh']], 'DRILL/SCRIPT="../sh" is not right; it must be the name of a program'],
    [[['SCRIPT', '/bin/sh']], 'DRILL/SCRIPT="/bin/sh" is not right'],
    [[['TIMEOUT', '0']], 'DRILL/TIMEOUT="0" is not right; it must be a number of seconds from 1 to 86400'],
    [[['MEMORY', 'all']], 'DRILL/MEMORY="all" is not right; it must be a number of MB'],
  ])('%j is refused', (vector, message) => {
    expect(() => read(...vector)).toThrow(message);
  });

  it('is one vector, and errors say whose', () => {
    expect(readDrill([['NAME', 'x']])).toEqual({});
    expect(() => readDrill([['DRILL', 'YES']], 'image 3')).toThrow(
      'image 3: DRILL="YES" is not right; it must be DRILL=[',
    );
    const twice = [['DRILL', []], ['DRILL', []]] as Parameters<typeof readDrill>[0]; // prettier-ignore
    expect(() => readDrill(twice)).toThrow('DRILL is there 2 times');
  });
});

it('the first place that says something is right about it', () => {
  expect(settleDrill()).toEqual(DEFAULT_DRILL);
  expect(settleDrill({ timeoutSec: 5 }, { timeoutSec: 9, memoryMb: 64 }, { conditions: [{ kind: 'agent' }] })).toEqual({
    ...{ conditions: [{ kind: 'agent' }], timeoutSec: 5, memoryMb: 64 },
  });
});

it('conditions in words', () => {
  expect(DEFAULT_DRILL.conditions.map(conditionText)).toEqual([
    'the serial console said "login:"',
    'the guest agent answered',
  ]);
});
