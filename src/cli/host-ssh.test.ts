// onehost with hosts over SSH: what is asked before a key is trusted, and what is sent then.
import { expect, it } from 'vitest';
import { failure, runCommand, success } from '../../tests/golden/command.ts';
import { NAMES } from '../../tests/golden/pools.ts';
import { onehost } from './onehost.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEG0KbLHVqM1rXhT2O3YzM1J1xk3sL4n4mYQvK9W2p0b';
const OWN = 'ssh-ed25519 AAAAOWN onevault';
const REPLIES = { ...NAMES, 'host.allocate': 4, 'host.sshkeys': `${OWN}\n${KEY}`, 'host.sync': 'node-1 onevault-2' };
const LET_IN = `The host has to let this key in (~/.ssh/authorized_keys of the user in root@kvm3):\n${OWN}\nID: 4\n`;
const allocate = ['host.allocate', 'kvm3', 'kvm', 'kvm', -1, `SSH="root@kvm3"\nSSH_HOST_KEY="${KEY}"\n`];

it('shows the key, and trusts it when it is told to', async () => {
  const calls = [['host.sshkeys', 'root@kvm3'], allocate];
  const { out, ...rest } = await runCommand(onehost, 'create kvm3 --ssh root@kvm3 --yes', REPLIES);
  expect({ ...rest, out: '' }).toEqual(success(calls, ''));
  expect(out).toMatch(/^root@kvm3 shows\n {2}ED25519 SHA256:[A-Za-z0-9+/]{43}\n/);
  expect(out.endsWith(LET_IN)).toBe(true);
});

it('trusts nothing that nobody has agreed to', async () => {
  const why = 'Give the key with --host-key, or trust what is shown with --yes.';
  const { out, ...rest } = await runCommand(onehost, 'create kvm3 --ssh root@kvm3', REPLIES);
  const { out: _none, ...wanted } = failure(why, [['host.sshkeys', 'root@kvm3']]);
  expect(rest).toEqual(wanted);
  expect(out).toContain('SHA256:');
});

it('takes a key that is given, and looks nowhere', async () => {
  const line = ['create', 'kvm3', '--ssh', 'root@kvm3', '--host-key', KEY];
  expect(await runCommand(onehost, line, REPLIES)).toEqual(success([['host.sshkeys', ''], allocate], LET_IN));
});

it('takes the word of a person for it', async () => {
  const line = 'create kvm3 --ssh root@kvm3';
  const calls = [['host.sshkeys', 'root@kvm3']];
  const yes = await runCommand(onehost, line, REPLIES, (io) => (io.ask = async () => 'yes'));
  expect(yes.calls).toEqual([...calls, allocate]);
  const no = await runCommand(onehost, line, REPLIES, (io) => (io.ask = async () => 'no'));
  expect([no.status, no.err, no.calls]).toEqual([255, 'No host was added.\n', calls]);
});

it('brings the programs to hosts', async () => {
  expect(await runCommand(onehost, 'sync 3', REPLIES)).toEqual(
    success([['hostpool.info'], ['host.sync', 3]], 'HOST 3: node-1 onevault-2\n'),
  );
});

it('prints the key that hosts have to let in', async () => {
  expect(await runCommand(onehost, 'ssh-key', REPLIES)).toEqual(success([['host.sshkeys', '']], `${OWN}\n`));
});
