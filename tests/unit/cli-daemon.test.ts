// The commands against the real API: the same functions as the installed commands, and the whole daemon on fakes behind them.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onebackupjob } from '../../src/cli/onebackupjob.ts';
import { onedatastore } from '../../src/cli/onedatastore.ts';
import { onehost } from '../../src/cli/onehost.ts';
import { oneimage } from '../../src/cli/oneimage.ts';
import { onetemplate } from '../../src/cli/onetemplate.ts';
import { onevm } from '../../src/cli/onevm.ts';
import { vaultStatus } from '../../src/cli/vault-status.ts';
import { fakeIo } from '../golden/fake-io.ts';
import { runs } from '../golden/runs.ts';
import { FakeCloud } from './fake-cloud.ts';

const FAMILIES = { onebackupjob, onevm, oneimage, onetemplate, onedatastore, onehost, onevault: vaultStatus };
let cloud: FakeCloud;

interface Outcome {
  status: number;
  out: string;
  err: string;
}

/** Runs one command line, words split at blanks, as oneadmin. */
async function run(line: string, stdin: string | null = null): Promise<Outcome> {
  const io = fakeIo(cloud.endpoint);
  io.env['ONE_AUTH'] = join(cloud.directory, '.one/one_auth');
  io.stdin = stdin;
  const [name = '', ...argv] = line.split(' ');
  const status = await FAMILIES[name as keyof typeof FAMILIES](io).main(argv);
  return { status, out: io.out, err: io.err };
}

/** What a command that succeeds writes. */
async function said(line: string, stdin: string | null = null): Promise<string> {
  const outcome = await run(line, stdin);
  expect(outcome).toMatchObject({ status: 0, err: '' });
  return outcome.out;
}

beforeAll(async () => {
  cloud = await FakeCloud.open();
});
afterAll(() => cloud.close());

describe('every noun is created, listed and shown', () => {
  it('hosts', async () => {
    expect(await said('onehost create here -i fake -v fake')).toBe('ID: 0\n');
    await cloud.until('it is on', async () => / on\s*$/m.test(await said('onehost list')));
    expect(await said('onehost show here')).toMatch(/^NAME +: here +\nCLUSTER +: default +\nSTATE +: MONITORED/m);
  });

  it('datastores', async () => {
    const template = 'NAME="b"\nTYPE="BACKUP_DS"\nDS_MAD="fake"\nFAKE_PASSWORD="hush"';
    expect(await said('onedatastore create', template)).toBe('ID: 100\n');
    expect(await said('onedatastore list --csv -l ID,NAME,TYPE')).toBe(
      'ID,NAME,TYPE\n100,b,bck\n2,files,fil\n1,default,img\n0,system,sys\n',
    );
    const shown = await said('onedatastore show b');
    expect(shown).toMatch(/^TYPE +: BACKUP/m);
    expect(shown).toContain('FAKE_PASSWORD="***"');
    expect(shown).not.toContain('hush');
  });

  it('images', async () => {
    const options = '--type datablock --size 1 --format raw --persistent';
    expect(await said(`oneimage create -d default --name disk ${options}`)).toBe('ID: 0\n');
    await cloud.until('it is ready', async () => (await said('oneimage list')).includes(' rdy '));
    expect(await said('oneimage show disk')).toMatch(/^NAME +: disk[^]*^TYPE +: DATABLOCK[^]*^PERSISTENT +: Yes/m);
    expect(await said('oneimage list --backup --csv -l ID --no-header')).toBe('');
  });

  it('templates', async () => {
    expect(await said('onetemplate create --name web --cpu 1 --memory 64')).toBe('ID: 0\n');
    expect(await said('onetemplate list --csv -l ID,NAME,USER')).toBe('ID,NAME,USER\n0,web,oneadmin\n');
    expect(await said('onetemplate show 0')).toMatch(/^CPU="1"\nMEMORY="64"$/m);
    expect(await said('onetemplate instantiate web --name from-%i -m 2 --hold', null)).toBe('VM ID: 0\nVM ID: 1\n');
    expect(await said('onevm list --csv -l NAME,STAT')).toBe('NAME,STAT\nfrom-1,hold\nfrom-0,hold\n');
  });

  it('VMs', async () => {
    expect(await said('onevm create --name vm --cpu 0.5 --memory 64 --disk disk')).toBe('ID: 2\n');
    await cloud.vmIs(2, 3, 3);
    expect(await said('onevm updateconf vm', 'BACKUP_CONFIG=[ FS_FREEZE="SUSPEND", KEEP_LAST="2" ]')).toBe('');
    expect(await said('onevm update vm -a', 'LABELS="a"')).toBe('');
    const shown = await said('onevm show vm');
    expect(shown).toMatch(/^LCM_STATE +: RUNNING/m);
    expect(shown).toMatch(/^HOST +: here/m);
    expect(shown).toMatch(/SUSPEND/);
    expect(shown).toMatch(/^LABELS="a"$/m);
    expect(await said('oneimage show disk')).toMatch(/^ *2 oneadmin oneadmin vm /m);
    expect(await said('onevm poweroff --hard vm -v')).toBe('VM 2: poweroff-hard\n');
    await cloud.vmIs(2, 8, 0);
    expect(await said('onevm resume 2')).toBe('');
    await cloud.vmIs(2, 3, 3);
  });
});

describe('what became of backups', () => {
  it('is told by history and status, by each command in its own way', async () => {
    expect(await said('onevault status')).toMatch(
      /^UNPROTECTED \(3\)[^]*^ +2 vm$[^]*^Nothing failed, and no backup is overdue\.$/m,
    );
    const [startedAt, endedAt] = [Date.now() - 60_000, Date.now() - 1000];
    await cloud.store.operations.add({ ...runs.failed, vmId: 2, startedAt, begunAt: startedAt, endedAt });
    const listed = await said('onevm backups vm --csv -l NAME,KIND,TYPE,RESULT,BY,TIME,REASON');
    const reason = 'The repository is locked by another program.';
    expect(listed.split('\n')[1]).toBe(`vm,backup,full,failed,schedule 3,0h00m59s,${reason}`);
    const status = await run('onevault status');
    expect(status).toMatchObject({ status: 1, err: '' });
    expect(status.out).toMatch(/^FAILED \(1\)[^]*^ +2 vm +backup +full .* The repository is locked/m);
    expect(status.out).not.toContain('Nothing failed');
    expect((await run('onebackupjob runs 0')).err).toBe('[one.backupjob.runs] Error getting backup job [0].\n');
  });
});

describe('what fails ends with 255 and says so on stderr', () => {
  it.each([
    ['onevm show 99', '[one.vm.info] Error getting virtual machine [99].'],
    ['onevm show nobody', 'VM named nobody not found.'],
    ['onevm create --name a --memory 64', 'CPU is missing; it must be a number above 0.'],
    ['onevm create --name a --cpu 1 --memory 64 --disk nothing', 'Error getting image [nothing] of user oneadmin.'],
    ['onevm create --name a --cpu 1 --memory 64 --disk disk', 'is persistent and in use by another VM'],
    ['onevm create --name a --cpu 1 --memory 64 --disk disk:size=9', 'is persistent and in use by another VM'],
    [
      'onevm resume vm',
      'is in state RUNNING: resume is possible in POWEROFF, SUSPENDED, STOPPED, UNDEPLOYED, UNKNOWN, BOOT_FAILURE.',
    ],
    ['onevm backup vm', 'No datastore was given; name a backup datastore with -d.'],
    ['onevm backup vm -d default', 'Datastore 1 (default) is not a backup datastore'],
    ['onevm backup from-0 -d b', 'is in state HOLD: backup is possible in RUNNING, POWEROFF.'],
    ['onevm deploy from-0 here default', 'cannot hold the disks of running VMs here; use 0 (system)'],
    [
      'onevm recover vm --retry',
      'is in state RUNNING: recover --retry is not possible, nothing has failed or is under way.',
    ],
    [
      'oneimage create -d default --name x --size 1 --format vdi',
      'FORMAT="vdi" is not known; it must be qcow2 or raw.',
    ],
    ['oneimage create -d b --name x --size 1', 'Datastore 100 (b) is not an image datastore.'],
    ['oneimage create -d default --name disk --size 1', 'NAME "disk" is already taken by image 0; choose another.'],
    ['oneimage delete disk', 'Image 0 (disk) is used by VM 2; it cannot be deleted now.'],
    ['oneimage restore disk -d default', 'it is not a backup (its TYPE is not BACKUP).'],
    ['onehost create there -i kvm -v xen', 'VM_MAD "xen" is not known; it must be one of kvm, qemu, fake.'],
    ['onetemplate instantiate web --name a/b', 'NAME "a/b" contains "/", which no name may contain.'],
    ['onetemplate delete 9', '[one.template.delete] Error getting virtual machine template [9].'],
    ['onedatastore show 9', '[one.datastore.info] Error getting datastore [9].'],
    ['onevm list --user ann --password x', "User couldn't be authenticated, aborting call."],
  ])('%s', async (line, message) => {
    const outcome = await run(line);
    expect(outcome).toMatchObject({ status: 255, out: '' });
    expect(outcome.err).toContain(message);
    expect(outcome.err.trim().split('\n')).toHaveLength(1);
  });

  it('shows where a template is wrong', async () => {
    for (const line of [
      'onevm create',
      'onevm update vm',
      'onevm updateconf vm',
      'onedatastore create',
      'onetemplate create',
    ]) {
      const outcome = await run(line, 'NAME="a"\nCPU=[ 1');
      expect(outcome).toMatchObject({ status: 255, out: '' });
      expect(outcome.err).toMatch(/Template line 2, column 7: expected an attribute name inside CPU, found "1"/);
    }
  });

  it('names the value that is not known', async () => {
    const outcome = await run('onevm updateconf vm -a', 'BACKUP_CONFIG=[ FS_FREEZE="ICE" ]');
    expect(outcome).toMatchObject({ status: 255, out: '' });
    expect(outcome.err).toContain(
      'BACKUP_CONFIG/FS_FREEZE="ICE" is not known; it must be one of NONE, AGENT, SUSPEND.',
    );
    expect(await said('onevm show vm')).toContain('SUSPEND');
  });
});

it('takes everything away again', async () => {
  expect(await said('onevm terminate --hard 0..2 -v')).toBe(
    'VM 0: terminate-hard\nVM 1: terminate-hard\nVM 2: terminate-hard\n',
  );
  await cloud.vmIs(2, 6, 0);
  expect(await said('onevm list --csv --no-header')).toBe('');
  expect(await said('oneimage delete disk')).toBe('');
  expect(await said('onetemplate delete web')).toBe('');
  expect(await said('oneimage list --csv --no-header')).toBe('');
});
