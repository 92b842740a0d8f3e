// The commands for administration against the real API, and the whole daemon on fakes behind them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneacct, withCommand } from '../../src/cli/oneacct.ts';
import { oneacl } from '../../src/cli/oneacl.ts';
import { onecluster } from '../../src/cli/onecluster.ts';
import { onegroup } from '../../src/cli/onegroup.ts';
import { oneuser } from '../../src/cli/oneuser.ts';
import { onevnet } from '../../src/cli/onevnet.ts';
import { onezone } from '../../src/cli/onezone.ts';
import type { Family } from '../../src/cli/family.ts';
import type { Io } from '../../src/cli/io.ts';
import { fakeIo } from '../golden/fake-io.ts';
import { FakeCloud } from './fake-cloud.ts';

let cloud: FakeCloud;

interface Outcome {
  status: number;
  out: string;
  err: string;
}

async function run(
  command: (io: Io) => Family,
  argv: readonly string[],
  stdin: string | null = null,
): Promise<Outcome> {
  const io = fakeIo(cloud.endpoint);
  io.env['ONE_AUTH'] = join(cloud.directory, '.one/one_auth');
  io.home = join(cloud.directory, 'home');
  io.now = Date.now;
  io.stdin = stdin;
  const status = await command(io).main(argv);
  return { status, out: io.out, err: io.err };
}

/** What a command that succeeds writes; words split at blanks. */
async function said(command: (io: Io) => Family, line: string, stdin: string | null = null): Promise<string> {
  const outcome = await run(command, line.split(' '), stdin);
  expect(outcome).toMatchObject({ status: 0, err: '' });
  return outcome.out;
}

beforeAll(async () => {
  cloud = await FakeCloud.open();
});
afterAll(() => cloud.close());

describe('people', () => {
  it('a group comes with its rule, its views and a user that administers it', async () => {
    expect(await said(onegroup, 'create team --admin_user boss', 'secret one')).toBe('ID: 100\n');
    expect(await said(oneacl, 'list -l STRING --no-header')).toContain(
      '@100 VM+IMAGE+TEMPLATE+DOCUMENT+SECGROUP+VROUTER+VMGROUP+BACKUPJOB/* CREATE *\n',
    );
    const shown = await said(onegroup, 'show team');
    expect(shown).toContain('GROUP_ADMIN_VIEWS="groupadmin"');
    expect(shown).toMatch(/USER ID ADMIN\n +2 +\*\n/);
    expect(await said(onegroup, 'list --csv -l NAME,USERS --no-header')).toContain('team,1\n');
  });

  it('a user is created, put into groups and told of', async () => {
    expect(await said(oneuser, 'create ann --group users', 'secret two\n')).toBe('ID: 3\n');
    await said(oneuser, 'addgroup ann team');
    await said(oneuser, 'umask ann 077');
    const shown = await said(oneuser, 'show ann');
    expect(shown).toContain('SECONDARY GROUPS: 100');
    expect(shown).toContain('UMASK="077"');
    expect(shown).not.toContain('secret');
    await said(oneuser, 'umask ann');
    expect(await said(oneuser, 'show ann')).not.toContain('UMASK');
    await said(oneuser, 'delgroup ann team');
    await said(oneuser, 'disable ann');
    expect(await said(oneuser, 'list --csv -l NAME,ENABLED,GROUP --no-header')).toContain('ann,No,users\n');
    await said(oneuser, 'enable ann');
  });

  it('a password that was changed is the one that counts', async () => {
    const login = (password: string): Promise<Outcome> =>
      run(oneuser, ['show', '--user', 'ann', '--password', password]);
    expect((await login('secret two')).status).toBe(0);
    await said(oneuser, 'passwd ann', 'secret three');
    expect((await login('secret two')).status).toBe(255);
    expect((await login('secret three')).out).toContain('NAME            : ann');
  });

  it('a token takes the place of the password until it is deleted', async () => {
    const made = await said(oneuser, 'token-create ann --time 60');
    const [, token = ''] = /^ann:(\w+)$/m.exec(made) ?? [];
    const login = (): Promise<Outcome> => run(oneuser, ['show', '--user', 'ann', '--password', token]);
    const shown = (await login()).out;
    const [, id = ''] = /TOKENS[^]*?\n +ID .*\n(\w+) /.exec(shown) ?? [];
    expect(id).toHaveLength(7);
    const file = join(cloud.directory, 'home/.one/one_auth');
    expect(readFileSync(file, 'utf8')).toBe(`ann:${token}\n`);
    expect(await said(oneuser, `token-delete ann ${id}`)).toBe(`Token removed.\nFile ${file} removed.\n`);
    expect((await login()).status).toBe(255);
  });

  it('quotas are set, added to and shown', async () => {
    await said(oneuser, 'quota ann', 'VM=[VMS=5, MEMORY=2048] DATASTORE=[ID=1, IMAGES=3]');
    await said(oneuser, 'batchquota ann,boss', 'NETWORK=[ID=0, LEASES=2]');
    await said(oneuser, 'defaultquota', 'VM=[CPU=4]');
    const shown = (await said(oneuser, 'show ann')).replace(/ +/g, ' ');
    expect(shown).toContain(' 0 / 5 0M / 2G 0.00 / 4.00 0M / -\n');
    expect(shown).toContain(' ID IMAGES SIZE\n 1 0 / 3 0M / -\n');
    expect(shown).toContain(' ID LEASES\n 0 0 / 2\n');
    await said(onegroup, 'quota team', 'VM=[VMS=7]');
    expect((await said(onegroup, 'show team')).replace(/ +/g, ' ')).toContain(' 0 / 7 ');
  });
});

describe('what they may use', () => {
  it('rules', async () => {
    const { out } = await run(oneacl, ['create', '@100 DATASTORE/#1 USE+MANAGE #0']);
    const [, id = ''] = /^ID: (\d+)\n$/.exec(out) ?? [];
    expect(await said(oneacl, `list -f ID=${id} --csv -l USER,RID,OPE_UMAC,ZONE --no-header`)).toBe(
      '@100,#1,um--,#0\n',
    );
    await said(oneacl, `delete ${id}`);
    expect(await said(oneacl, `list -f ID=${id} --no-header`)).toBe('');
    expect(await run(oneacl, ['delete', id])).toMatchObject({ status: 255, out: '' });
  });

  it('clusters', async () => {
    expect(await said(onecluster, 'create east')).toBe('ID: 100\n');
    await said(onecluster, 'adddatastore east default');
    expect(await said(onecluster, 'list --csv -f NAME=east --no-header')).toBe('100,east,0,0,1\n');
    await said(onecluster, 'deldatastore east 1');
    await said(onecluster, 'update east -a', 'RESERVED_CPU=10');
    await said(onecluster, 'rename east west');
    expect(await said(onecluster, 'show west')).toMatch(/NAME +: west[^]*RESERVED_CPU="10"/);
    await said(onecluster, 'delete west');
  });

  it('networks', async () => {
    expect(await said(onevnet, 'create', 'NAME=private\nBRIDGE=br0\nVN_MAD=bridge')).toBe('ID: 0\n');
    await said(onevnet, 'addar private --size 4 --ip 10.0.0.1');
    await said(onevnet, 'hold private 10.0.0.2');
    await said(onevnet, 'updatear private 0 -a', 'SIZE=8');
    const shown = (await said(onevnet, 'show 0')).replace(/ +/g, ' ');
    expect(shown).toContain('\nIP 10.0.0.1 10.0.0.8\n');
    expect(shown).toMatch(/\n0 V:-1 [\w:]+ 10\.0\.0\.2 -\n/);
    await said(onevnet, 'release private 10.0.0.2');
    await said(onevnet, 'rmar private 0');
    await said(onevnet, 'lock private');
    expect(await said(onevnet, 'show private')).toMatch(/LOCK +: Use/);
    await said(onevnet, 'unlock private');
    await said(onevnet, 'delete private');
    expect(await said(onevnet, 'list --no-header')).toBe('');
  });

  it('accounting', async () => {
    const outcome = await run(oneacct, withCommand(['--start', '2022-11-30']));
    expect(outcome).toMatchObject({ status: 0, err: '' });
    expect(outcome.out).toMatch(/^Showing active history records from 2022-11-30 00:00:00 .* to -\n\n$/);
  });

  it('the zone', async () => {
    expect(await said(onezone, 'list --csv -l ID,STAT --no-header')).toBe('0,on\n');
    expect(await said(onezone, 'show 0')).toContain('ZONE 0 INFORMATION');
  });
});
