import fc from 'fast-check';
import { expect, it } from 'vitest';
import { host, vm } from '../../tests/golden/objects.ts';
import type { Host, HostState } from '../model/host.ts';
import { loadOfHosts, place, placeMemory, whyNotOn, withVm } from './placement.ts';

const machine = (memoryMb: number): typeof vm => ({ ...vm, template: [['MEMORY', String(memoryMb)]] });
const hosts = fc.array(
  fc.record({ state: fc.constantFrom<HostState>(0, 2, 3, 4, 8), freeMb: fc.integer({ min: -10, max: 5000 }) }),
  { maxLength: 6 },
);
const make = (given: Array<{ state: HostState; freeMb: number }>): Host[] =>
  given.map(({ state, freeMb }, id) => ({ ...host, id, state, totalMemKb: 8e6, usedMemKb: 8e6 - freeMb * 1024 }));

const NOTHING = new Map<number, { memoryMb: number }>();

it('takes the monitored host with the most room, or says why none will do', () => {
  fc.assert(
    fc.property(hosts, fc.integer({ min: 1, max: 4000 }), (given, neededMb) => {
      const placement = place(machine(neededMb), make(given), NOTHING);
      const fit = given.filter(({ state, freeMb }) => state === 2 && freeMb >= neededMb);
      if ('host' in placement) {
        expect(placement.host.state).toBe(2);
        expect(given[placement.host.id]?.freeMb).toBe(Math.max(...fit.map(({ freeMb }) => freeMb)));
      } else {
        expect(fit).toEqual([]);
        expect(placement.wait).toMatch(
          given.some(({ state }) => state === 2) ? `${neededMb} MB` : 'No host is monitored',
        );
      }
    }),
  );
});

it('leaves the order of the hosts it was given alone', () => {
  const given = make([
    { state: 2, freeMb: 1 },
    { state: 2, freeMb: 2 },
  ]);
  place(machine(1), given, NOTHING);
  expect(given.map(({ id }) => id)).toEqual([0, 1]);
});

it('says of each host why a VM cannot go there, or takes one of the others', () => {
  fc.assert(
    fc.property(hosts, fc.integer({ min: 1, max: 4000 }), fc.nat(5), (given, neededMb, leaving) => {
      const all = make(given);
      const fits = all.filter((one) => whyNotOn(machine(neededMb), one, NOTHING) === undefined).map(({ id }) => id);
      expect(fits).toEqual(
        all.filter((_, id) => given[id]?.state === 2 && given[id].freeMb >= neededMb).map(({ id }) => id),
      );
      const placement = place(machine(neededMb), all, NOTHING, leaving);
      if ('host' in placement) expect(fits.filter((id) => id !== leaving)).toContain(placement.host.id);
      else expect(fits.filter((id) => id !== leaving)).toEqual([]);
    }),
  );
  const [off, full] = make([
    { state: 3, freeMb: 500 },
    { state: 2, freeMb: 99 },
  ]);
  expect(off && whyNotOn(machine(100), off, NOTHING)).toContain('is not monitored');
  expect(full && whyNotOn(machine(100), full, NOTHING)).toContain(
    'has 99 MB of free memory, and virtual machine 0 needs 100 MB',
  );
});

it('counts what VMs were promised, used or not', () => {
  const [one, two] = make([
    { state: 2, freeMb: 3000 },
    { state: 2, freeMb: 2000 },
  ]);
  if (!one || !two) throw new Error('There are two hosts.');
  // of 8e6 KiB the first host has promised all but 812 MB, though most of it is not used yet
  const promised = new Map([[0, withVm(undefined, machine(7000))]]);
  expect(place(machine(1000), [one, two], promised)).toEqual({ host: two });
  expect(whyNotOn(machine(1000), one, promised)).toContain('has 812 MB of free memory');
});

it('of hosts with room it takes the one with the fewest runs for its weight, and of several such the emptiest', () => {
  const [first, second, third] = make([
    { state: 2, freeMb: 3000 },
    { state: 2, freeMb: 2000 },
    { state: 2, freeMb: 100 },
  ]);
  const heavy: Host = { ...second!, template: [['BACKUP_WEIGHT', '30']] };
  const taken = (runs: number[], ...all: Host[]): number | undefined => {
    const placement = placeMemory(500, all, NOTHING, loadOfHosts(runs));
    return 'host' in placement ? placement.host.id : undefined;
  };
  expect(taken([], first!, second!, third!)).toBe(0);
  expect(taken([0], first!, second!, third!)).toBe(1);
  expect(taken([0, 1], first!, second!, third!)).toBe(0);
  expect(taken([0, 1, 1], first!, heavy, third!)).toBe(1);
});

it('keeps a VM that reads from its backup on this machine', () => {
  const over = { ...host, state: 2 as const, template: [['SSH', 'root@kvm3'] as [string, string]] };
  const reads = { ...machine(1), instant: { operationId: 'a', disks: [] } };
  expect(whyNotOn(reads, over, NOTHING)).toContain('is reached over SSH');
  expect(whyNotOn(machine(1), { ...over, totalMemKb: 8e6, usedMemKb: 0 }, NOTHING)).toBeUndefined();
});
