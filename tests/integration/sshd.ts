// A real SSH server on this machine for one test: its own port, host key and client keys, in a directory of its own.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run, start, type Running } from '../../src/exec/exec.ts';
import { childrenOf, nameOf } from '../faults/processes.ts';

/** Whether this machine has what a datastore over ssh needs, and a server for it. */
export async function hasRsyncAndSsh(): Promise<boolean> {
  const looks = ['rsync', 'ssh', 'sshfs', '/usr/sbin/sshd'].map((program) => run(['which', program]));
  const all = await Promise.all(looks).then(
    () => true,
    () => false,
  );
  if (!all)
    console.log('skipped: rsync datastores need rsync, ssh, sshfs and sshd; scripts/setup.sh rsync installs them');
  return all;
}

export class TestSshd {
  readonly directory: string;
  readonly port: number;
  readonly #sshd: Running;

  private constructor(directory: string, port: number, sshd: Running) {
    this.directory = directory;
    this.port = port;
    this.#sshd = sshd;
  }

  static async open(): Promise<TestSshd> {
    const directory = await mkdtemp(join(tmpdir(), 'onevault-sshd-'));
    for (const name of ['host', 'client', 'stranger']) {
      await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(directory, name)]);
    }
    const port = await freePort();
    await writeFile(join(directory, 'authorized'), await readFile(join(directory, 'client.pub')));
    await writeFile(join(directory, 'known'), `[127.0.0.1]:${port} ${await publicKey(directory, 'host')}`);
    await writeFile(join(directory, 'known-other'), `[127.0.0.1]:${port} ${await publicKey(directory, 'stranger')}`);
    await writeFile(join(directory, 'known-nobody'), '');
    await writeFile(join(directory, 'config'), configText(directory, port));
    await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
    const sshd = start(['/usr/sbin/sshd', '-D', '-e', '-f', join(directory, 'config')], { dieWithParent: true });
    const server = new TestSshd(directory, port, sshd);
    await server.#answers();
    return server;
  }

  /** Attributes of a datastore on it. */
  attributes(over: Record<string, string> = {}): Record<string, string> {
    return {
      RSYNC_HOST: '127.0.0.1',
      RSYNC_USER: userInfo().username,
      RSYNC_SSH_PORT: String(this.port),
      RSYNC_SSH_KEY: join(this.directory, 'client'),
      RSYNC_SSH_KNOWN_HOSTS: join(this.directory, 'known'),
      ...over,
    };
  }

  /** Attributes of a restic datastore on it, the key given as a text; `port` may lead to it another way. */
  sftpAttributes(path: string, port = this.port): Record<string, string> {
    return {
      RESTIC_BACKEND: 'SFTP',
      RESTIC_SFTP_SERVER: '127.0.0.1',
      RESTIC_SFTP_USER: userInfo().username,
      RESTIC_SFTP_PORT: String(port),
      RESTIC_SFTP_PATH: path,
      RESTIC_SFTP_KEY: readFileSync(join(this.directory, 'client'), 'utf8'),
      RESTIC_SFTP_KNOWN_HOSTS: readFileSync(join(this.directory, 'host.pub'), 'utf8'),
    };
  }

  /** Names of the programs that it has started for its callers and that still run. */
  programs(): string[] {
    const below = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...below(child)]);
    return below(this.#sshd.pid)
      .map(nameOf)
      .filter((name) => name !== '' && name !== 'sshd');
  }

  async close(): Promise<void> {
    this.#sshd.stop();
    await this.#sshd.exit;
    await rm(this.directory, { recursive: true, force: true });
  }

  async #answers(): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const scan = await run(['ssh-keyscan', '-T', '2', '-p', String(this.port), '127.0.0.1'], { okCodes: [1] });
      if (scan.stdout.includes('ssh-ed25519')) return;
      await delay(50);
    }
    this.#sshd.stop();
    throw new Error(`The SSH server of the test does not answer: ${(await this.#sshd.exit).stderr}`);
  }
}

async function publicKey(directory: string, name: string): Promise<string> {
  return readFile(join(directory, `${name}.pub`), 'utf8');
}

function configText(directory: string, port: number): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${directory}/host`,
    `AuthorizedKeysFile ${directory}/authorized`,
    'PidFile none',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'StrictModes no',
    'UsePAM no',
    'Subsystem sftp internal-sftp',
    `SetEnv HOME=${directory}`, // whatever the user's shell does when it starts is not done
    'MaxStartups 4:50:10',
    'KexAlgorithms curve25519-sha256', // the cheapest
    'Ciphers aes128-gcm@openssh.com',
    '',
  ].join('\n');
}

/** A port of this machine that nobody has just now. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
