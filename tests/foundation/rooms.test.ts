// The lint rules keep the architecture; this plants a breach of each and expects the complaint, so that a rule which stops
// biting is noticed. Texts are linted in memory with the project's own configuration.
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import tseslint from 'typescript-eslint';

// The planted files do not exist, so the compiler knows nothing about them: rules that need types are off here.
const eslint = new ESLint({
  overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }],
});
const OURS = /^(rooms\/|no-restricted-syntax|max-lines|@typescript-eslint\/no-explicit-any)/;

/** The house's complaints about `text` if it were the content of `file`. */
async function complaints(file: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: file });
  const fatal = result?.messages.find((message) => message.fatal);
  if (fatal) throw new Error(`${file} could not be parsed: ${fatal.message}`);
  return (result?.messages ?? []).filter(({ ruleId }) => ruleId && OURS.test(ruleId)).map(({ message }) => message);
}

const importing = (path: string): string => `import { thing } from '${path}';\nthing();\n`;

describe('imports that the rooms forbid', () => {
  it.each([
    ['src/model/vm.ts', '../wire/object-xml.ts', 'src/model may not import src/wire'],
    ['src/wire/object-xml.ts', '../store/store.ts', 'src/wire may not import src/store'],
    ['src/access/acl.ts', '../api/session.ts', 'src/access may not import src/api'],
    ['src/disk/merge.ts', '../nbd/client.ts', 'src/disk may not import src/nbd'],
    ['src/nbd/client.ts', '../exec/exec.ts', 'src/nbd may not import src/exec'],
    ['src/store/sql-store.ts', '../backup/plan.ts', 'src/store may not import src/backup'],
    ['src/hypervisor/libvirt/index.ts', '../../datastore/all.ts', 'src/hypervisor may not import src/datastore'],
    ['src/hypervisor/libvirt/index.ts', '../../disk/qcow2-layout.ts', 'src/hypervisor may not import src/disk'],
    ['src/vm/run.ts', '../backup/run.ts', 'src/vm may not import src/backup'],
    ['src/backup/run.ts', '../restore/plan.ts', 'src/backup may not import src/restore'],
    ['src/restore/run.ts', '../backup/retention.ts', 'src/restore may not import src/backup'],
    ['src/backup/run.ts', '../schedule/tick.ts', 'src/backup may not import src/schedule'],
    ['src/mover/backup.ts', '../store/store.ts', 'src/mover may not import src/store'],
    ['src/api/methods/vm.ts', '../../mover/backup.ts', 'src/api may not import src/mover'],
    ['src/cli/onevm.ts', '../store/store.ts', 'src/cli may not import src/store'],
    ['src/doctor/doctor.ts', '../store/store.ts', 'src/doctor may not import src/store'],
    ['src/config.ts', './store/store.ts', 'src/config may not import src/store'],
    ['src/config/notices.ts', '../notices/ways.ts', 'src/config may not import src/notices'],
    ['src/notices/notices.ts', '../backup/run.ts', 'src/notices may not import src/backup'],
    ['src/backup/run.ts', '../notices/notices.ts', 'src/backup may not import src/notices'],
    ['src/appliance/machine.ts', '../datastore/all.ts', 'src/appliance may not import src/datastore'],
    ['src/vm/run.ts', '../app.ts', 'src/vm may not import src/app'],
  ])('%s -> %s', async (file, path, complaint) => {
    expect(await complaints(file, importing(path))).toEqual([expect.stringContaining(complaint)]);
  });

  it('says why and what is allowed instead', async () => {
    const [message] = await complaints('src/backup/run.ts', importing('../restore/plan.ts'));
    expect(message).toContain('what backup and restore share belongs to model/ or disk/');
    expect(message).toContain('It may import model, wire');
  });

  it('sees types, re-exports and dynamic imports too', async () => {
    for (const text of [
      `import type { A } from '../wire/object-xml.ts';\nexport type B = A;\n`,
      `export { a } from '../wire/object-xml.ts';\n`,
      `export * from '../wire/object-xml.ts';\n`,
      `export const a = await import('../wire/object-xml.ts');\n`,
    ]) {
      expect(await complaints('src/model/vm.ts', text), text).toHaveLength(1);
    }
  });

  it('asks for a row when a folder is new, on either side', async () => {
    const row = expect.stringContaining('is not a room yet');
    expect(await complaints('src/newcomer/a.ts', importing('../model/vm.ts'))).toEqual([row]);
    expect(await complaints('src/vm/run.ts', importing('../newcomer/a.ts'))).toEqual([row]);
  });

  it('keeps the product from leaning on its tests', async () => {
    expect(await complaints('src/vm/run.ts', importing('../../tests/guest/guest.ts'))).toHaveLength(1);
  });
});

describe('drivers', () => {
  it.each([
    ['src/datastore/rsync/index.ts', '../restic/index.ts', 'may not import the driver datastore/restic'],
    ['src/hypervisor/fake/index.ts', '../libvirt/index.ts', 'may not import the driver hypervisor/libvirt'],
    ['src/backup/run.ts', '../datastore/restic/index.ts', 'Only src/datastore/all.ts names drivers'],
    ['src/app.ts', './hypervisor/libvirt/index.ts', 'Only src/hypervisor/all.ts names drivers'],
    ['src/sign-in/ldap/index.ts', '../core/index.ts', 'may not import the driver sign-in/core'],
    ['src/api/session.ts', '../sign-in/ldap/index.ts', 'Only src/sign-in/all.ts names drivers'],
    ['src/datastore/restic/index.ts', '../all.ts', 'A driver may not import all.ts'],
    ['src/backup/run.test.ts', '../datastore/restic/index.ts', 'Only src/datastore/all.ts names drivers'],
  ])('%s -> %s', async (file, path, complaint) => {
    expect(await complaints(file, importing(path))).toEqual([expect.stringContaining(complaint)]);
  });
});

describe('external programs', () => {
  it.each(['node:child_process', 'child_process'])('%s is for exec alone', async (name) => {
    const complaint = expect.stringContaining('Only src/exec starts programs');
    expect(await complaints('src/datastore/restic/index.ts', importing(name))).toEqual([complaint]);
    expect(await complaints('src/exec/exec.ts', importing(name))).toEqual([]);
  });
});

describe('pure files', () => {
  const PURE = [
    'src/model/chain.ts',
    'src/wire/xmlrpc.ts',
    'src/access/acl.ts',
    'src/disk/merge.ts',
    'src/backup/plan.ts',
  ];
  const ALSO = ['src/backup/retention.ts', 'src/backup/recovery.ts', 'src/restore/plan.ts', 'src/restore/strip.ts'];
  const MORE = ['src/vm/states.ts', 'src/schedule/due.ts', 'src/schedule/admission.ts'];

  it.each([...PURE, ...ALSO, ...MORE])('%s takes the clock and chance as arguments and reads nothing', async (file) => {
    for (const text of [
      'export const at = Date.now();\n',
      'export const at = new Date();\n',
      'export const at = Date();\n',
      'export const dice = Math.random();\n',
      'export const id = crypto.randomUUID();\n',
      `import { randomBytes } from 'node:crypto';\nexport const id = randomBytes(8);\n`,
      importing('node:fs'),
      importing('node:fs/promises'),
      importing('node:net'),
    ]) {
      expect(await complaints(file, text), text).toEqual([expect.stringContaining(`${file} is pure`)]);
    }
  });

  it.each([
    ['src/backup/plan.ts', '../store/store.ts'],
    ['src/backup/plan.ts', '../exec/exec.ts'],
    ['src/backup/plan.ts', './run.ts'],
    ['src/restore/plan.ts', '../datastore/backup-store.ts'],
    ['src/vm/states.ts', '../hypervisor/hypervisor.ts'],
    ['src/disk/merge.ts', './raw-write.ts'],
  ])('%s -> %s', async (file, path) => {
    expect(await complaints(file, importing(path))).toEqual([expect.stringContaining('which is not: hand in')]);
  });

  it('may name the shapes that a door speaks of, but no driver', async () => {
    const text = (path: string): string => `import type { A } from '${path}';\nexport type B = A;\n`;
    expect(await complaints('src/vm/states.ts', text('../hypervisor/hypervisor.ts'))).toEqual([]);
    expect(await complaints('src/vm/states.ts', text('../hypervisor/libvirt/index.ts'))).toHaveLength(1);
    expect(await complaints('src/vm/states.ts', text('../store/store.ts'))).toHaveLength(1);
  });

  it('are bound by their own word: an opening comment that says so', async () => {
    const text = '// Decides something. Pure.\nexport const at = Date.now();\n';
    expect(await complaints('src/nbd/newcomer.ts', text)).toEqual([expect.stringContaining('is pure')]);
    expect(await complaints('src/nbd/newcomer.ts', text.replace('Pure.', ''))).toEqual([]);
    const room = '// Decides something. Pure.\n';
    expect(await complaints('src/nbd/newcomer.ts', room + importing('./client.ts'))).toEqual([]);
    expect(await complaints('src/fuse/newcomer.ts', room + importing('../exec/exec.ts'))).toHaveLength(1);
  });

  it('may compute with what it is given', async () => {
    const text = `import { createHash } from 'node:crypto';\nimport { vm } from '../model/vm.ts';\n`;
    const use = `export const at = (sec: number) => new Date(sec * 1000).toISOString() + String([createHash, vm]);\n`;
    expect(await complaints('src/backup/plan.ts', text + use)).toEqual([]);
  });

  it('does not bind their tests, nor files with hands', async () => {
    for (const file of ['src/model/chain.test.ts', 'src/disk/raw-write.ts', 'src/backup/run.ts']) {
      expect(await complaints(file, `${importing('node:fs')}export const at = Date.now();\n`), file).toEqual([]);
    }
  });
});

describe('how source is written', () => {
  it('has no default exports, enums or any', async () => {
    for (const text of [
      'export default 1;\n',
      'const a = 1;\nexport { a as default };\n',
      'export enum A { B }\n',
      'export const a = (b: any): unknown => b;\n',
    ]) {
      expect(await complaints('src/vm/run.ts', text), text).toHaveLength(1);
    }
  });

  it('has files and functions of a size, tests excepted', async () => {
    const line = (index: number): string => `export const a${index} = ${index};\n`;
    const long = Array.from({ length: 401 }, (_, index) => line(index)).join('');
    const tall = `export function f() {\n${'  f();\n'.repeat(80)}}\n`;
    expect(await complaints('src/vm/run.ts', long)).toHaveLength(1);
    expect(await complaints('src/vm/run.ts', tall)).toHaveLength(1);
    expect(await complaints('src/vm/run.test.ts', long + tall)).toEqual([]);
    expect(await complaints('src/hypervisor/contract.ts', long + tall)).toEqual([]);
  });
});

describe('imports that the rooms allow', () => {
  it.each([
    ['src/wire/object-xml.ts', '../model/vm.ts'],
    ['src/fuse/mount.ts', '../exec/exec.ts'],
    ['src/hypervisor/libvirt/index.ts', '../../exec/exec.ts'],
    ['src/hypervisor/libvirt/index.ts', './domain-xml.ts'],
    ['src/hypervisor/libvirt/off-trackers.ts', '../../nbd/client.ts'],
    ['src/hypervisor/all.ts', './libvirt/index.ts'],
    ['src/vm/run.ts', '../hypervisor/hypervisor.ts'],
    ['src/backup/run.ts', '../vm/states.ts'],
    ['src/backup/run.ts', './plan.ts'],
    ['src/restore/run.ts', '../vm/states.ts'],
    ['src/restore/run.ts', '../store/store.ts'],
    ['src/mover/backup.ts', '../fuse/mount.ts'],
    ['src/mover/backup.ts', '../datastore/all.ts'],
    ['src/doctor/doctor.ts', '../config.ts'],
    ['src/api/methods/vm.ts', '../../backup/run.ts'],
    ['src/cli/onevm.ts', '../wire/xmlrpc.ts'],
    ['src/config.ts', './model/errors.ts'],
    ['src/app.ts', './backup/run.ts'],
    ['src/main.ts', './app.ts'],
    ['src/backup/run.test.ts', '../datastore/fake/index.ts'],
    ['src/hypervisor/contract.ts', '../nbd/client.ts'],
    ['src/hypervisor/libvirt/libvirt.test.ts', '../contract.ts'],
    ['src/vm/run.ts', 'fastify'],
    ['tests/integration/backup.test.ts', '../../src/datastore/restic/index.ts'],
  ])('%s -> %s', async (file, path) => {
    expect(await complaints(file, importing(path))).toEqual([]);
  });
});
