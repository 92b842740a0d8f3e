// A host for one test: an SSH server on a loopback address of its own, with a libvirtd, a process table, and a system datastore of its own,
// in namespaces of this machine. Everything it has started is gone when it is closed.
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run, start, type Running } from '../../src/exec/exec.ts';
import { childrenOf, nameOf } from '../faults/processes.ts';
import { freePort } from './sshd.ts';

/** Where libvirt keeps things, each its own here. */
const OWN = ['/etc/libvirt', '/var/lib/libvirt', '/var/log/libvirt', '/var/cache/libvirt'];
/** What of them is another's. */
const LEFT_OUT = ['etc/libvirt/qemu', 'var/lib/libvirt/qemu', 'var/lib/libvirt/images', 'var/log/libvirt/qemu'];

export interface TestHostOptions {
  /** Where everything of it lies. */
  directory: string;
  /** 127.0.0.x */
  address: string;
  /** Directory that every host has its own of: that of the system datastore. */
  system?: string;
  /** Whether it has a libvirtd; without one nothing of libvirt is its own. */
  libvirt?: boolean;
}

export class TestHost {
  readonly address: string;
  readonly port: number;
  readonly directory: string;
  readonly #init: Running;

  private constructor({ directory, address }: TestHostOptions, port: number, init: Running) {
    this.directory = directory;
    this.address = address;
    this.port = port;
    this.#init = init;
  }

  static async open(options: TestHostOptions): Promise<TestHost> {
    const { directory, address } = options;
    await mkdir(`${directory}/system`, { recursive: true });
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${directory}/key`]);
    await writeFile(`${directory}/authorized`, '');
    const port = await freePort();
    await writeFile(`${directory}/sshd`, sshdText(directory, address, port));
    if (options.libvirt !== false) for (const own of OWN) await copyOwn(own, directory);
    await writeFile(`${directory}/init`, initText(options));
    const argv = [
      'unshare',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child=KILL',
      '--mount-proc',
      'sh',
      `${directory}/init`,
    ];
    const host = new TestHost(options, port, start(argv, { dieWithParent: true }));
    await host.#answers();
    return host;
  }

  /** What a host's template says of it. */
  async template(): Promise<string> {
    const [type = '', key = ''] = (await readFile(`${this.directory}/key.pub`, 'utf8')).split(' ');
    return [
      `SSH="root@${this.address}:${this.port}"`,
      `SSH_HOST_KEY="${type} ${key}"`,
      `SSH_DIRECTORY="${this.directory}/programs"`,
    ].join('\n');
  }

  /** From now on this public key is let in. */
  async letIn(publicKey: string): Promise<void> {
    await writeFile(`${this.directory}/authorized`, `${publicKey}\n`);
  }

  /** Runs a program on it. */
  async run(...argv: string[]): Promise<string> {
    const inside = ['nsenter', '--target', String(this.#pid()), '--mount', '--pid'];
    return (await run([...inside, ...argv])).stdout;
  }

  virsh(...args: string[]): Promise<string> {
    return this.run('virsh', '-q', '-c', 'qemu:///system', ...args);
  }

  /** Its file of the system datastore, as it is seen from outside. */
  system(path: string): string {
    return join(this.directory, 'system', path);
  }

  /** Kills the servers of all connections that it has now. Returns how many there were. */
  cutAll(): number {
    const sessions = childrenOf(this.#server());
    for (const pid of sessions) process.kill(pid, 'SIGKILL');
    return sessions.length;
  }

  /** Ends all that runs on it, and removes what it has written. */
  async close(): Promise<void> {
    this.#init.kill('SIGKILL');
    await this.#init.exit;
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Its first process, by the number that it has outside. */
  #pid(): number {
    const [pid] = childrenOf(this.#init.pid);
    if (pid === undefined) throw new Error(`The host ${this.address} of the test has ended.`);
    return pid;
  }

  #server(): number {
    const server = childrenOf(this.#pid()).find((pid) => nameOf(pid) === 'sshd');
    if (server === undefined) throw new Error(`The host ${this.address} of the test has no SSH server.`);
    return server;
  }

  async #answers(): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      const argv = ['ssh-keyscan', '-T', '2', '-p', String(this.port), this.address];
      const scan = await run(argv, { okCodes: [1] });
      if (scan.stdout.includes('ssh-ed25519')) return;
      await delay(100);
    }
    this.#init.kill('SIGKILL');
    throw new Error(`The host ${this.address} of the test does not answer: ${(await this.#init.exit).stderr}`);
  }
}

async function copyOwn(own: string, directory: string): Promise<void> {
  const to = `${directory}/root${own}`;
  const filter = (from: string): boolean => !LEFT_OUT.some((path) => from.startsWith(`/${path}/`));
  await cp(own, to, { recursive: true, filter, preserveTimestamps: true }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  });
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
}

function initText({ directory, system, libvirt }: TestHostOptions): string {
  const own = libvirt === false ? [] : OWN;
  return [
    'set -e',
    // those of others would be held by it
    `grep ' - fuse' /proc/self/mountinfo | cut -d' ' -f5 | while read -r at; do umount -l "$at"; done`,
    'mount -t tmpfs -o mode=755 tmpfs /run',
    'mkdir -p /run/sshd /run/libvirt',
    ...own.map((path) => `mkdir -p ${path} && mount --bind ${directory}/root${path} ${path}`),
    ...(system === undefined ? [] : [`mkdir -p ${system} && mount --bind ${directory}/system ${system}`]),
    ...(libvirt === false ? [] : ['/usr/sbin/virtlogd -d -p /run/virtlogd.pid']),
    ...(libvirt === false ? [] : [`/usr/sbin/libvirtd -p /run/libvirtd.pid >${directory}/libvirtd.log 2>&1 &`]),
    `/usr/sbin/sshd -D -e -f ${directory}/sshd &`,
    'wait',
    '',
  ].join('\n');
}

function sshdText(directory: string, address: string, port: number): string {
  return [
    `Port ${port}`,
    `ListenAddress ${address}`,
    `HostKey ${directory}/key`,
    `AuthorizedKeysFile ${directory}/authorized`,
    'PidFile none',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'StrictModes no',
    'UsePAM no',
    'AllowAgentForwarding yes',
    'MaxStartups 50:50:100',
    'KexAlgorithms curve25519-sha256', // the cheapest
    'Ciphers aes128-gcm@openssh.com',
    '',
  ].join('\n');
}
