import { describe, expect, it } from 'vitest';
import { host, vm as golden } from '../../tests/golden/objects.ts';
import { text, type Attributes } from '../model/attributes.ts';
import type { Vm } from '../model/vm.ts';
import { refuseOverHost, resizeVm, shareOf } from './capacity.ts';

const off = (change: Partial<Vm> = {}): Vm => ({ ...structuredClone(golden), state: 8, lcmState: 0, ...change });

describe('a resize', () => {
  it('changes what is given, and leaves the rest', () => {
    const vm = off();
    resizeVm(vm, [
      ['CPU', '0.5'],
      ['MEMORY', '0'],
      ['VCPU', '4'],
    ]);
    expect(['CPU', 'MEMORY', 'VCPU'].map((name) => text(vm.template, name))).toEqual(['0.5', '256', '4']);
    expect(shareOf(vm.template)).toEqual({ cpu: 50, memoryMb: 256 });
  });

  it.each([
    [[['CPU', 'two']], {}, 'CPU="two" is not right'],
    [[['MEMORY', '1.5']], {}, 'MEMORY="1.5" is not right'],
    [[['VCPU', '-1']], {}, 'VCPU="-1" is not right'],
    [[['NAME', 'x']], {}, 'has neither CPU, VCPU nor MEMORY above 0'],
    [[['CPU', '1']], { state: 3, lcmState: 3 }, 'runs: resize is possible in PENDING, HOLD, POWEROFF and UNDEPLOYED'],
    [[['CPU', '1']], { template: [['SNAPSHOT', [['SNAPSHOT_ID', '1']]]] }, 'has snapshots (1)'],
  ] as Array<[Attributes, Partial<Vm>, string]>)('%j of %j is refused', (given, change, message) => {
    expect(() => resizeVm(off(change), given)).toThrow(message);
  });
});

const NOTHING = { cpu: 0, memoryMb: 0 };

describe('a host', () => {
  const small = { ...host, totalCpu: 400, totalMemKb: 1000 * 1024 };
  const wants = (cpu: string, memory: string): Vm =>
    off({
      template: [
        ['CPU', cpu],
        ['MEMORY', memory],
      ],
    });
  it.each([
    ['3', '600', undefined],
    ['3.01', '600', 'cannot have CPU="3.01": host 0 (localhost) has 3 left for it'],
    ['1', '601', 'cannot have MEMORY="601": host 0 (localhost) has 600 MB left for it'],
  ])('with CPU %s and MEMORY %s: %s', (cpu, memory, message) => {
    const check = (): void => refuseOverHost(wants(cpu, memory), small, NOTHING, { cpu: 100, memoryMb: 400 });
    if (message === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(message);
  });

  it('that has too much already still gives back', () => {
    const before = { cpu: 900, memoryMb: 900 };
    const others = { cpu: 1000, memoryMb: 2000 };
    expect(() => refuseOverHost(wants('8', '900'), small, before, others)).not.toThrow();
    expect(() => refuseOverHost(wants('8', '901'), small, before, others)).toThrow('has 0 MB left for it');
  });
});
