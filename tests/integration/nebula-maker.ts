// Lays out backups as OpenNebula's drivers do, with the programs that they run: full ones by qemu-img convert, increments by copy-on-read
// of what changed (CBT) or as a layer whose backing file was taken away (SNAPSHOT), stored by restic or rsync, and the documents of it all.
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { run } from '../../src/exec/exec.ts';
import { cheapRepository } from '../guest/repository.ts';

const MIB = 2 ** 20;
const CLUSTER = 65_536;

export type Kind = 'restic' | 'rsync';

export interface MadeIncrement {
  id: number;
  /** What each store calls it. */
  sources: Record<Kind, string>;
  date: number;
}

export interface Write {
  disk: number;
  offset: number;
  length: number;
  /** undefined discards. */
  pattern: number | undefined;
}

/** How one backup is taken. */
export type Way = 'full' | 'compressed' | 'cbt' | 'snapshot';

/** Puts a scratch directory into a store; returns what OpenNebula calls the backup. */
export type Upload = (scratch: string, vmId: number) => Promise<string>;

export class MadeVm {
  readonly vmId: number;
  readonly root: string;
  readonly sizes: readonly number[];
  readonly made: MadeIncrement[] = [];
  readonly #uploads: Record<Kind, Upload>;

  constructor(root: string, vmId: number, sizes: readonly number[], uploads: Record<Kind, Upload>) {
    this.root = root;
    this.vmId = vmId;
    this.sizes = sizes;
    this.#uploads = uploads;
  }

  /** What a disk held when increment `id` was taken. */
  truth(id: number, disk: number): string {
    return `${this.root}/truth-${this.vmId}-${id}-${disk}.raw`;
  }

  live(disk: number): string {
    return `${this.root}/live-${this.vmId}-${disk}.raw`;
  }

  async begin(): Promise<void> {
    for (const [disk, size] of this.sizes.entries()) {
      await run(['truncate', '-s', String(size), this.live(disk)]);
    }
  }

  async backup(way: Way, writes: readonly Write[]): Promise<MadeIncrement> {
    const id = this.made.length;
    const scratch = `${this.root}/system/0/${this.vmId}/backup`;
    await mkdir(scratch, { recursive: true });
    for (const disk of this.sizes.keys()) {
      const mine = writes.filter((write) => write.disk === disk);
      const file = `${scratch}/disk.${disk}.${id}`;
      if (way === 'snapshot') await this.#layer(disk, file, mine);
      else {
        await write(this.live(disk), 'raw', mine);
        if (way === 'cbt') await this.#changed(disk, file, mine);
        else {
          const packed = way === 'compressed' ? ['-c'] : [];
          await run(['qemu-img', 'convert', '-m', '4', '-f', 'raw', '-O', 'qcow2', ...packed, this.live(disk), file]);
        }
      }
      await cp(this.live(disk), this.truth(id, disk));
    }
    await writeFile(`${scratch}/vm.xml`, wrapped(vmXml(this.vmId, this.sizes)));
    const { restic, rsync } = this.#uploads;
    const sources = { restic: await restic(scratch, this.vmId), rsync: await rsync(scratch, this.vmId) };
    await rm(scratch, { recursive: true });
    const made = { id, sources, date: 1_750_000_000 + id * 3600 };
    this.made.push(made);
    return made;
  }

  /** Only what changed, last first, read through an empty file over the disk. What that stood on is gone afterwards. */
  async #changed(disk: number, file: string, writes: readonly Write[]): Promise<void> {
    await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', this.live(disk), file]);
    const size = this.sizes[disk] ?? 0;
    const reads = [...writes].reverse().map(({ offset, length }) => {
      const from = Math.floor(offset / CLUSTER) * CLUSTER;
      const to = Math.min(Math.ceil((offset + length) / CLUSTER) * CLUSTER, size);
      return `read -q ${from} ${to - from}`;
    });
    await run(['qemu-io', ...['open -C ' + file, ...reads].flatMap((command) => ['-c', command])]);
    const gone = 'nbd+unix:///vda?socket=/var/lib/one/datastores/0/7/backup.socket';
    await run(['qemu-img', 'rebase', '-u', '-F', 'raw', '-b', gone, file]);
  }

  /** A layer that the guest wrote into, with discards as marks. */
  async #layer(disk: number, file: string, writes: readonly Write[]): Promise<void> {
    await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', this.live(disk), file]);
    await write(file, 'qcow2', writes);
    await run(['qemu-img', 'convert', '-f', 'qcow2', '-O', 'raw', file, `${this.live(disk)}.new`]);
    await run(['mv', `${this.live(disk)}.new`, this.live(disk)]);
    await run(['qemu-img', 'rebase', '-u', '-U', '-b', '', file]);
  }
}

async function write(file: string, format: string, writes: readonly Write[]): Promise<void> {
  if (writes.length === 0) return;
  const commands = writes.map(({ offset, length, pattern }) =>
    pattern === undefined ? `write -z ${offset} ${length}` : `write -P ${pattern} ${offset} ${length}`,
  );
  await run(['qemu-io', '-f', format, ...commands.flatMap((command) => ['-c', command]), file]);
}

/** A repository for each machine below `base`. */
export function resticUpload(base: string, password: string): Upload {
  return async (scratch, vmId) => {
    const repository = `${base}/${vmId}`;
    const there = await run(['test', '-e', `${repository}/config`], { okCodes: [1] });
    if (there.code !== 0) await cheapRepository(repository, password);
    const files = (await run(['find', scratch, '-name', 'disk.*'])).stdout.trim().split('\n').sort();
    const options = ['--no-cache', '-r', repository, '--force', '--json', `--tag=one-${vmId}`];
    const { stdout } = await run(['restic', 'backup', ...options, ...files, `${scratch}/vm.xml`], {
      env: { RESTIC_PASSWORD: password },
    });
    return /"snapshot_id":"([0-9a-f]{8})/.exec(stdout)?.[1] ?? '';
  };
}

/** A directory for each machine and backup below `base`. */
export function rsyncUpload(base: string): Upload {
  let number = 0;
  return async (scratch, vmId) => {
    const source = (0xa1_b2_c3 + number++).toString(16);
    await mkdir(`${base}/${vmId}`, { recursive: true });
    await run(['rsync', '-aS', `${scratch}/`, `${base}/${vmId}/${source}/`]);
    return source;
  };
}

function vmXml(vmId: number, sizes: readonly number[]): string {
  const disks = sizes.map(
    (size, id) =>
      `<DISK><DISK_ID><![CDATA[${id}]]></DISK_ID><FORMAT><![CDATA[${id === 0 ? 'qcow2' : 'raw'}]]></FORMAT>` +
      `<SIZE><![CDATA[${Math.ceil(size / MIB)}]]></SIZE><TARGET><![CDATA[vd${'ab'[id]}]]></TARGET></DISK>`,
  );
  const template = `<TEMPLATE><CPU><![CDATA[1]]></CPU>${disks.join('')}<MEMORY><![CDATA[256]]></MEMORY></TEMPLATE>`;
  const user = '<USER_TEMPLATE><DESCRIPTION><![CDATA[a machine of OpenNebula]]></DESCRIPTION></USER_TEMPLATE>';
  return `<VM><ID>${vmId}</ID><NAME>web-${vmId}</NAME>${template}${user}</VM>`;
}

/** As `base64` writes it. */
function wrapped(text: string): string {
  return `${Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n')}\n`;
}

export function datastoreXml(id: number, name: string, dsMad: string, basePath: string, attributes: string): string {
  return (
    `<DATASTORE><ID>${id}</ID><UID>0</UID><GID>0</GID><UNAME>oneadmin</UNAME><GNAME>oneadmin</GNAME>` +
    `<NAME>${name}</NAME><DS_MAD><![CDATA[${dsMad}]]></DS_MAD><TM_MAD><![CDATA[-]]></TM_MAD>` +
    `<BASE_PATH><![CDATA[${basePath}]]></BASE_PATH><TYPE>3</TYPE><DISK_TYPE>0</DISK_TYPE><STATE>0</STATE>` +
    `<TEMPLATE>${attributes}<TYPE><![CDATA[BACKUP_DS]]></TYPE></TEMPLATE></DATASTORE>`
  );
}

export function imageXml(
  id: number,
  name: string,
  place: { id: number; kind: Kind },
  vm: MadeVm,
  chain: boolean,
): string {
  const [first] = vm.made;
  const increments = vm.made.map(
    ({ id: number, sources, date }) =>
      `<INCREMENT><DATE><![CDATA[${date}]]></DATE><ID><![CDATA[${number}]]></ID>` +
      `<PARENT_ID><![CDATA[${number - 1}]]></PARENT_ID><SIZE><![CDATA[1]]></SIZE>` +
      `<SOURCE><![CDATA[${sources[place.kind]}]]></SOURCE><TYPE><![CDATA[${number === 0 ? 'FULL' : 'INCREMENT'}]]></TYPE></INCREMENT>`,
  );
  return (
    `<IMAGE><ID>${id}</ID><UID>2</UID><GID>1</GID><UNAME>alice</UNAME><GNAME>users</GNAME><NAME>${name}</NAME>` +
    '<PERMISSIONS><OWNER_U>1</OWNER_U><OWNER_M>1</OWNER_M><OWNER_A>0</OWNER_A></PERMISSIONS>' +
    `<TYPE>6</TYPE><DISK_TYPE>0</DISK_TYPE><PERSISTENT>1</PERSISTENT><REGTIME>${first?.date ?? 0}</REGTIME>` +
    `<SOURCE><![CDATA[${first?.sources[place.kind] ?? ''}]]></SOURCE><FORMAT>raw</FORMAT><SIZE>4</SIZE><STATE>1</STATE>` +
    `<RUNNING_VMS>1</RUNNING_VMS><DATASTORE_ID>${place.id}</DATASTORE_ID><VMS><ID>${vm.vmId}</ID></VMS><TEMPLATE/>` +
    `<BACKUP_INCREMENTS>${chain ? increments.join('') : ''}</BACKUP_INCREMENTS></IMAGE>`
  );
}
