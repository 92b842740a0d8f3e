// A whole OneVault for a test: the real daemon as a process of its own with a state directory of its own, on the real
// libvirt, with a host, a restic datastore and the test guest. VM ids begin high, so that no other domain is touched.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, start, type Running } from '../../src/exec/exec.ts';
import type { Operation, OperationKind } from '../../src/model/operation.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { formatCall, parseResponse, type Value } from '../../src/wire/xmlrpc.ts';
import { readXml, type XmlElement } from '../../src/wire/xml-read.ts';
import { buildGuest, type Guest } from '../guest/build.ts';
import { GuestConsole } from '../guest/console.ts';
import { removeDomain, removeLeftovers } from '../guest/domains.ts';
import { cheapRepository } from '../guest/repository.ts';
import { lookAtAnswer, lookAtDaemon } from '../planted/look.ts';
import { planted } from '../planted/secret.ts';

const ROOT = resolve(import.meta.dirname, '../..');
export const RESTIC_PASSWORD = planted(' "quoted" $ecret');

export const STATE = { RUNNING: '3', POWEROFF: '8', DONE: '6' } as const;

export interface CloudOptions {
  /** Added to the daemon's environment. */
  env?: Record<string, string>;
  /** How the host is reached, when not through URI. */
  libvirtUri?: string;
}

export interface TestDisk {
  path: string;
  format: 'raw' | 'qcow2';
  persistent: boolean;
}

export class Cloud {
  readonly directory: string;
  readonly guest: Guest;
  /** Id of the restic datastore. */
  backups = -1;
  readonly #firstVmId: number;
  readonly #env: Record<string, string>;
  /** What the daemon has said so far, restarts included. */
  daemonLog = '';
  #daemon: Running | undefined;
  #endpoint = '';
  #session = '';
  readonly #vms: number[] = [];

  private constructor(directory: string, guest: Guest, firstVmId: number, env: Record<string, string>) {
    this.directory = directory;
    this.guest = guest;
    this.#firstVmId = firstVmId;
    this.#env = env;
  }

  /** Starts a daemon whose first VM gets the id `firstVmId`. */
  static async open(firstVmId: number, options: CloudOptions = {}): Promise<Cloud> {
    const guest = await buildGuest(join(ROOT, 'var/guest'));
    await removeLeftovers(firstVmId);
    const directory = join(ROOT, 'var', `test-${firstVmId}-${randomBytes(3).toString('hex')}`);
    await mkdir(directory, { recursive: true });
    const cloud = new Cloud(directory, guest, firstVmId, options.env ?? {});
    await cloud.#reserveIds();
    await cloud.startDaemon();
    const host = Number(await cloud.call('one.host.allocate', 'here', 'kvm', 'kvm', -1));
    const { libvirtUri } = options;
    if (libvirtUri !== undefined) {
      const change = (store: Store): Promise<unknown> =>
        store.hosts.update(host, (record) => void record.template.push(['LIBVIRT_URI', libvirtUri]));
      await cloud.changeRecords(change);
    }
    cloud.backups = await cloud.backupDatastore('backups');
    return cloud;
  }

  /** A restic datastore with the usual password; `attributes` are added to its template. */
  async backupDatastore(name: string, attributes = ''): Promise<number> {
    const password = RESTIC_PASSWORD.replaceAll('"', '\\"');
    const text = `NAME="${name}"\nTYPE="BACKUP_DS"\nDS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_PASSWORD="${password}"`;
    const id = Number(await this.call('one.datastore.allocate', `${text}\n${attributes}`, -1));
    await cheapRepository(`${this.directory}/datastores/${id}`, RESTIC_PASSWORD);
    return id;
  }

  /** Changes records that no method changes, while the daemon is stopped. */
  async changeRecords(change: (store: Store) => Promise<unknown>): Promise<void> {
    this.signalDaemon('SIGTERM');
    await this.daemonEnded();
    const store = await openSqlite(`${this.directory}/one.db`);
    await change(store);
    await store.close();
    await this.startDaemon();
  }

  get repository(): string {
    return `${this.directory}/datastores/${this.backups}`;
  }

  /** Where the console is. */
  get origin(): string {
    return new URL(this.#endpoint).origin;
  }

  /** `oneadmin:password` */
  get session(): string {
    return this.#session;
  }

  get daemonPid(): number {
    return this.#daemon?.pid ?? -1;
  }

  async startDaemon(): Promise<void> {
    const argv = [join(ROOT, 'bin/onevault'), 'serve', '--state', this.directory, '--port', '0'];
    this.#daemon = start(argv, { env: this.#env });
    this.#endpoint = await new Promise<string>((found, lost) => {
      let text = '';
      this.#daemon?.stdout.on('data', (chunk: Buffer) => {
        const said = chunk.toString('utf8');
        text += said;
        this.daemonLog += said;
        const answer = /^OneVault answers at (\S+)$/m.exec(text)?.[1];
        if (answer !== undefined) found(answer);
      });
      void this.#daemon?.exit.then((exit) => lost(new Error(`The daemon ended: ${text} ${exit.stderr}`)));
    });
    this.#session = (await readFile(`${this.directory}/.one/one_auth`, 'utf8')).trim();
  }

  signalDaemon(signal: NodeJS.Signals): void {
    this.#daemon?.kill(signal);
  }

  /** Waits until the daemon has ended, however it was asked to. */
  async daemonEnded(): Promise<void> {
    await this.#daemon?.exit;
    this.#daemon = undefined;
  }

  /** Calls a method; a failure throws with its message and `code`. */
  async call(method: string, ...params: Value[]): Promise<string> {
    const body = formatCall(method, [this.#session, ...params]);
    const reply = await fetch(this.#endpoint, { method: 'POST', body, headers: { 'content-type': 'text/xml' } });
    const [good, value, code] = parseResponse(await reply.text());
    const answer = typeof value === 'string' ? value : JSON.stringify(value);
    if (good === true) return answer;
    lookAtAnswer(`the answer of ${method}`, answer);
    throw Object.assign(new Error(answer), { code });
  }

  async info(noun: 'vm' | 'image' | 'template' | 'datastore' | 'host' | 'backupjob', id: number): Promise<XmlElement> {
    return readXml(await this.call(`one.${noun}.info`, id));
  }

  /** Every object of a pool. */
  async pool(noun: 'vm' | 'image' | 'template' | 'backupjob'): Promise<XmlElement[]> {
    return readXml(await this.call(`one.${noun}pool.info`, -2, -1, -1)).children();
  }

  /** An image in the default datastore from a file, ready to use. */
  async image(name: string, disk: TestDisk): Promise<number> {
    const { path, format, persistent } = disk;
    const text = `NAME="${name}"\nPATH="${path}"\nFORMAT="${format}"\nPERSISTENT="${persistent ? 'YES' : 'NO'}"`;
    const id = Number(await this.call('one.image.allocate', text, 1));
    await this.imagesReady([id]);
    return id;
  }

  async imagesReady(ids: number[]): Promise<void> {
    for (const id of ids) {
      await this.until(`image ${id} is ready`, async () => {
        const image = await this.info('image', id);
        if (image.textOf('STATE') === '5') throw new Error(`Image ${id}: ${image.textOf('TEMPLATE/ERROR')}`);
        return image.textOf('STATE') === '1';
      });
    }
  }

  /** A running VM that boots the test guest from its first image. */
  async vm(imageIds: number[], extra = ''): Promise<number> {
    const { kernel, initrd, kernelCommand } = this.guest;
    const disks = imageIds.map((id) => `DISK=[ IMAGE_ID="${id}" ]`).join('\n');
    const os = `OS=[ KERNEL="${kernel}", INITRD="${initrd}", KERNEL_CMD="${kernelCommand}" ]`;
    const id = Number(await this.call('one.vm.allocate', `CPU="1"\nMEMORY="128"\n${disks}\n${os}\n${extra}`, false));
    return this.started(id);
  }

  async started(id: number): Promise<number> {
    this.#vms.push(id);
    await this.vmIs(id, '3', '3');
    return id;
  }

  /** Waits for STATE and LCM_STATE of a VM. */
  async vmIs(id: number, state: string, lcm: string): Promise<void> {
    let seen = '';
    const look = async (): Promise<boolean> => {
      const vm = await this.info('vm', id);
      const now = `${vm.textOf('STATE')}/${vm.textOf('LCM_STATE')}`;
      const error = vm.textOf('USER_TEMPLATE/ERROR');
      seen = `it is in ${now}, ${error || 'without an error'}`;
      if (now === '3/36' || now === '3/39') throw new Error(`VM ${id}: ${error}`);
      return now === `${state}/${lcm}`;
    };
    await this.until(`VM ${id} is in state ${state}/${lcm}`, look).catch((error: unknown) => {
      throw new Error(`VM ${id} should be in ${state}/${lcm}: ${seen}.`, { cause: error });
    });
  }

  async console(vmId: number): Promise<GuestConsole> {
    const console = await GuestConsole.ofDomain(`one-${vmId}`, `${this.directory}/datastores/0/${vmId}/console.log`);
    await console.ready();
    return console;
  }

  /** The newest run of a VM or an image as it is now. */
  async lastRun(noun: 'vm' | 'image', id: number): Promise<Operation> {
    const stop = new AbortController();
    let now: Operation | undefined;
    const first = (operation: Operation): void => {
      now = operation;
      stop.abort();
    };
    await this.follow(noun, id, first, stop.signal).catch((error: unknown) => {
      if (now === undefined) throw error;
    });
    if (now === undefined) throw new Error(`There is no run of ${noun} ${id}.`);
    return now;
  }

  /** Follows the run of a VM or an image, of an image's one of a kind if that is said; `seen` is given every state of it. Returns how it ended. */
  async follow(
    noun: 'vm' | 'image',
    id: number,
    seen: (operation: Operation) => void = () => undefined,
    signal?: AbortSignal,
    kind?: OperationKind,
  ): Promise<Operation> {
    const of = kind === undefined ? '' : `?kind=${kind}`;
    const headers = { authorization: `Basic ${Buffer.from(this.#session).toString('base64')}` };
    const reply = await fetch(new URL(`/api/progress/${noun}/${id}${of}`, this.#endpoint), {
      headers,
      ...(signal && { signal }),
    });
    if (!reply.body) throw new Error('The progress has no body.');
    let text = '';
    let last: Operation | undefined;
    for await (const chunk of reply.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        last = JSON.parse(event.replace(/^(?:event: end\n)?data: /, '')) as Operation;
        seen(last);
      }
    }
    if (!last) throw new Error(`There is no run of ${noun} ${id}.`);
    return last;
  }

  /** Anything else that the server has, as its first user. */
  async get(path: string): Promise<Response> {
    const headers = { authorization: `Basic ${Buffer.from(this.#session).toString('base64')}` };
    return fetch(new URL(path, this.#endpoint), { headers });
  }

  /** Backs up a VM to the end. Throws when it failed. */
  async backup(vmId: number, seen?: (operation: Operation) => void): Promise<Operation> {
    await this.call('one.vm.backup', vmId, this.backups, false);
    const operation = await this.follow('vm', vmId, seen);
    if (operation.result !== 'done') throw new Error(operation.reason);
    return operation;
  }

  /** Restores a backup to the default datastore. Returns template and image ids. */
  async restore(imageId: number, options = ''): Promise<{ template: number; images: number[] }> {
    const [template = -1, ...images] = (await this.call('one.image.restore', imageId, 1, options))
      .split(' ')
      .map(Number);
    const operation = await this.follow('image', images[0] ?? -1);
    if (operation.result !== 'done') throw new Error(operation.reason);
    await this.imagesReady(images);
    return { template, images };
  }

  /** restic on the test's repository. */
  async restic(...args: string[]): Promise<string> {
    const env = { RESTIC_PASSWORD };
    return (await run(['restic', '-r', this.repository, '--no-cache', ...args], { env })).stdout;
  }

  async snapshots(): Promise<Array<{ short_id: string; tags: string[]; paths: string[] }>> {
    return JSON.parse(await this.restic('snapshots', '--json', '--no-lock')) as Array<{
      short_id: string;
      tags: string[];
      paths: string[];
    }>;
  }

  async until(what: string, look: () => Promise<boolean>, limitMs = 180_000): Promise<void> {
    for (const end = Date.now() + limitMs; Date.now() < end; await sleep(150)) if (await look()) return;
    throw new Error(`It did not happen within ${limitMs / 1000} s that ${what}.`);
  }

  /** Ends the daemon and removes everything this cloud made. */
  async close(): Promise<void> {
    this.#daemon?.stop();
    await this.#daemon?.exit;
    for (const id of this.#vms) await removeDomain(`one-${id}`);
    lookAtDaemon(this.directory, this.daemonLog);
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Puts the counter of VM ids where this test's own begin. */
  async #reserveIds(): Promise<void> {
    const path = `${this.directory}/one.db`;
    await (await openSqlite(path)).close();
    const database = new DatabaseSync(path);
    database.prepare('INSERT INTO pool_control (pool, last_oid) VALUES (?, ?)').run('vm_pool', this.#firstVmId - 1);
    database.close();
    await writeFile(`${this.directory}/README`, 'State of a test; it may be removed.\n');
  }
}

/** Whether two disk images hold the same, byte for byte. */
export async function sameContent(
  a: [path: string, format: string],
  b: [path: string, format: string],
): Promise<boolean> {
  const argv = ['qemu-img', 'compare', '-U', '-f', a[1], '-F', b[1], a[0], b[0]];
  return (await run(argv, { okCodes: [1] })).code === 0;
}
