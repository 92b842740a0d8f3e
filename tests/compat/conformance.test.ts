// The API as OpenNebula's clients meet it: for each method requests as their libraries write them, and replies checked down to
// the types on the wire. The cases of a file run in order on one cloud on fakes: what one makes, the next may use.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METHODS } from '../../src/api/methods/all.ts';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { check, type Case, type Scene } from './case.ts';
import { CASES } from './cases/all.ts';
import { parameterCases } from './cases/parameters.ts';
import { backupDatastore, plantBackup } from './planted.ts';
import { SIGNATURES } from './signatures.ts';

let cloud: FakeCloud;
let scene: Scene;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  const host = await cloud.host();
  const sessions = new Map([['oneadmin', cloud.session]]);
  for (const name of ['ann', 'bob']) sessions.set(name, await cloud.user(name));
  const backups = await backupDatastore(cloud);
  const backup = await plantBackup(cloud, backups, { name: 'planted', vms: [4700] });
  scene = {
    endpoint: cloud.endpoint,
    sessions,
    ids: new Map([
      ['host', host],
      ['backups', backups],
      ['backup', backup],
    ]),
    cloud,
  };
});
afterAll(() => cloud.close());

for (const [family, cases] of Object.entries(CASES)) {
  describe(family, () => {
    it.each(cases.map((given, number) => [`${given.method}: ${given.what}`, given, number] as const))(
      '%s',
      async (_name, given, number) => {
        await check(scene, given, number);
      },
    );
  });
}

describe('the table', () => {
  const all = Object.values(CASES).flat();
  const ofMethod = Map.groupBy(all, ({ method }) => method);
  const ofHand = Map.groupBy(
    all.filter((given) => !parameterCases.includes(given)),
    ({ method }) => method,
  );
  const failing = (given: Case): boolean => 'fails' in given.expected || 'fault' in given.expected;

  it('knows the parameters of every method that is offered', () => {
    expect(Object.keys(METHODS).filter((method) => SIGNATURES[method] === undefined)).toEqual([]);
  });

  it.each(Object.keys(METHODS))(
    'has a case of %s that goes well or is refused for a reason of its own, and a failure',
    (method) => {
      const cases = ofMethod.get(method) ?? [];
      expect(ofHand.get(method)?.length ?? 0).toBeGreaterThan(0);
      expect(cases.length).toBeGreaterThan(1);
      expect(cases.some(failing)).toBe(true);
    },
  );

  it('names each case once within its method and family', () => {
    for (const cases of Object.values(CASES)) {
      const names = cases.map(({ method, what }) => `${method}: ${what}`);
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    }
  });
});
