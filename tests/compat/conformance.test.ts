// The API as OpenNebula's clients meet it: for each method requests as their libraries write them, and replies checked down to
// the types on the wire. The cases of a file run in order on one cloud on fakes: what one makes, the next may use.
import { afterAll, beforeAll, describe, it } from 'vitest';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { check, type Scene } from './case.ts';
import { CASES } from './cases/all.ts';
import { backupDatastore, plantBackup } from './planted.ts';

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
