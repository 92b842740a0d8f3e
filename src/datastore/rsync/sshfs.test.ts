import { describe, expect, it } from 'vitest';
import { isMounted, sshfsArgv } from './sshfs.ts';

const TARGET = { host: '2001:db8::7', user: 'one', port: 2222, key: '/etc/a,b', knownHosts: undefined };

describe('a directory of another machine', () => {
  it('is shown read-only, by the same ssh, and its links lead to nothing here', () => {
    const argv = sshfsArgv(TARGET, '/srv/a b', '/run/x');
    expect(argv.slice(-3)).toEqual(['--', 'one@[2001:db8::7]:/srv/a b', '/run/x']);
    expect(argv).toEqual(expect.arrayContaining(['-f', 'ro', 'follow_symlinks']));
    const command = argv.find((word) => word.startsWith('ssh_command=')) ?? '';
    expect(command).toMatch(
      /^ssh_command=ssh .*BatchMode=yes .*StrictHostKeyChecking=yes .*ControlPath=none .*-p 2222/,
    );
    expect(command).toContain('-i /etc/a\\,b -o IdentitiesOnly=yes');
  });

  it('is there when the kernel says so', () => {
    const line = (where: string): string => `36 35 0:50 / ${where} ro,nosuid - fuse.sshfs one@vault:/srv ro`;
    expect(isMounted(`${line('/run')}\n${line('/run/a\\040b\\134c')}\n`, '/run/a b\\c')).toBe(true);
    expect(isMounted(line('/run/point'), '/run/poin')).toBe(false);
    expect(isMounted('', '/run/point')).toBe(false);
  });
});
