// Parts of the machine that a test can take away from one daemon and give back, without touching them for anybody else: its
// programs, its way to libvirt, and small file systems.
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/exec/exec.ts';

const LIBVIRT_SOCKET = '/run/libvirt/libvirt-sock';

export class Places {
  readonly directory: string;
  readonly #mounts: string[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<Places> {
    const places = new Places(await mkdtemp(join(tmpdir(), 'onevault-faults-')));
    await mkdir(places.path);
    const links = new Map<string, string>();
    for (const directory of (process.env['PATH'] ?? '').split(':')) {
      for (const name of await readdir(directory).catch(() => [])) {
        if (!links.has(name)) links.set(name, join(directory, name));
      }
    }
    await Promise.all([...links].map(([name, target]) => symlink(target, join(places.path, name))));
    await places.giveLibvirt();
    return places;
  }

  /** A PATH with every program of this machine. */
  get path(): string {
    return join(this.directory, 'bin');
  }

  get libvirtUri(): string {
    return `qemu+unix:///system?socket=${this.#socket}`;
  }

  get #socket(): string {
    return join(this.directory, 'libvirt-sock');
  }

  /** Takes a program out of the PATH; the returned function puts it back. */
  async takeProgram(name: string): Promise<() => Promise<void>> {
    const { stdout } = await run(['readlink', join(this.path, name)]);
    await rm(join(this.path, name));
    return () => symlink(stdout.trim(), join(this.path, name));
  }

  /** As if libvirtd were not running: new connections fail. */
  async takeLibvirt(): Promise<void> {
    await rm(this.#socket);
  }

  async giveLibvirt(): Promise<void> {
    await symlink(LIBVIRT_SOCKET, this.#socket);
  }

  /** A file system of that size over a directory. */
  async mountSmall(path: string, mib: number): Promise<void> {
    await run(['mount', '-t', 'tmpfs', '-o', `size=${mib}m,mode=755`, 'onevault-test', path]);
    this.#mounts.push(path);
  }

  async resize(path: string, mib: number): Promise<void> {
    await run(['mount', '-o', `remount,size=${mib}m`, path]);
  }

  async unmountAll(): Promise<void> {
    for (const path of this.#mounts.splice(0)) await run(['umount', '-l', path], { okCodes: [1, 32] });
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
