import { expect, it } from 'vitest';
import { isOverSsh, knownHostsText, readHostKeys, readSshAddress, sshHostOf } from './ssh-host.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFq';

it.each([
  ['root@kvm3', { user: 'root', host: 'kvm3', port: 22 }],
  ['one-admin@10.0.0.3:2222', { user: 'one-admin', host: '10.0.0.3', port: 2222 }],
  ['root@[fd00::3]:22', { user: 'root', host: 'fd00::3', port: 22 }],
])('reads %s', (given, address) => expect(readSshAddress(given)).toEqual(address));

it.each(['kvm3', 'root@', 'root@-oProxyCommand=x', 'a b@c', 'root@kvm3:0', 'root@kvm3:70000', 'root@kvm3;ls', '-l@x'])(
  'refuses %s',
  (given) => expect(() => readSshAddress(given)).toThrow(`SSH="${given}" is not right`),
);

it('takes keys as ssh-keyscan and .pub files have them', () => {
  expect(readHostKeys(KEY)).toEqual([KEY]);
  expect(readHostKeys(`# kvm3\nkvm3 ${KEY}\n\n${KEY} root@kvm3`)).toEqual([KEY, KEY]);
  expect(() => readHostKeys('kvm3')).toThrow('SSH_HOST_KEY="kvm3" is not right');
});

it('tells hosts over SSH from those of this machine', () => {
  const of = (...template: Array<[string, string]>) => ({ id: 3, template });
  expect(sshHostOf(of(['RACK', '7']), 'abc')).toBeUndefined();
  expect(isOverSsh(of(['RACK', '7']))).toBe(false);
  const host = of(['SSH', 'root@kvm3:2222'], ['SSH_HOST_KEY', KEY], ['SSH_RUN_DIRECTORY', '/run/ov']);
  expect(isOverSsh(host)).toBe(true);
  const read = sshHostOf(host, 'abc');
  expect(read).toEqual({
    ...{ user: 'root', host: 'kvm3', port: 2222, hostKeys: [KEY] },
    ...{ directory: '/var/lib/onevault/host', runDirectory: '/run/ov/abc' },
  });
  expect(read && knownHostsText(read)).toBe(`[kvm3]:2222 ${KEY}\n`);
});

it('refuses a host without a pinned key, and paths that a shell would read', () => {
  expect(() => sshHostOf({ id: 3, template: [['SSH', 'root@kvm3']] }, 'abc')).toThrow('no SSH_HOST_KEY');
  const strange = {
    id: 3,
    template: [
      ['SSH', 'root@k'],
      ['SSH_HOST_KEY', KEY],
      ['SSH_DIRECTORY', '/a b'],
    ],
  } as const;
  expect(() => sshHostOf({ ...strange, template: strange.template.map(([a, b]) => [a, b]) }, 'x')).toThrow(
    'SSH_DIRECTORY="/a b" is not right',
  );
});
