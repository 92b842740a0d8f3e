// Starts the appliance: QEMU as a user that nobody else is, without name, network or rights, that holds descriptors of what it reads and
// can open nothing else. What a guest's file system does to it stays in it.
import { constants } from 'node:fs';
import { chmod, chown, open, type FileHandle } from 'node:fs/promises';
import { start, type Running } from '../exec/exec.ts';
import type { Appliance } from './build.ts';
import { diskArguments } from './disk-chain.ts';

/** QEMU's own user ids lie here, one for each machine: no other program is run as any of them. */
const FIRST_UID = 1_900_000_000;
const MEMORY_MB = 256;
/** Address space of the whole program, guest memory included. */
const LIMIT_BYTES = 4 * 1024 ** 3;
const CONSOLE_TAIL = 2000;
const FIRST_FD = 3;

/** Name of the socket in the machine's directory. */
export const SOCKET = 'port';

export interface MachineDisk {
  diskId: number;
  /** Paths of its qcow2 files, oldest first. */
  files: string[];
}

export interface Machine {
  /** Settles when the machine has ended; what its console said last. Never rejects. */
  ended: Promise<string>;
  stop(): void;
}

/** `directory` is private to this machine and becomes QEMU's: its socket is there. */
export async function startMachine(appliance: Appliance, directory: string, disks: MachineDisk[]): Promise<Machine> {
  const uid = FIRST_UID + process.pid;
  await chmod(directory, 0o700);
  await chown(directory, uid, uid);
  const handles: FileHandle[] = [];
  try {
    const take = async (path: string): Promise<number> => {
      handles.push(await open(path, constants.O_RDONLY));
      return FIRST_FD + handles.length - 1;
    };
    const kernel = await take(appliance.kernel);
    const initrd = await take(appliance.initrd);
    const sets: string[] = [];
    const drives: string[] = [];
    for (const { diskId, files } of disks) {
      const numbers: number[] = [];
      for (const file of files) {
        const fd = await take(file);
        numbers.push(fd);
        sets.push('-add-fd', `fd=${fd},set=${fd}`);
      }
      drives.push(...diskArguments({ diskId, sets: numbers }));
    }
    const argv = [...confined(uid), 'qemu-system-x86_64', ...machineArguments(kernel, initrd), ...sets, ...drives];
    const running = start(argv, {
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
      bareEnv: true,
      cwd: directory,
      fds: handles.map(({ fd }) => fd),
    });
    return { ended: lastWords(running), stop: () => running.kill('SIGKILL') };
  } finally {
    for (const handle of handles) await handle.close();
  }
}

function confined(uid: number): string[] {
  const user = ['--reuid', `${uid}`, '--regid', `${uid}`, '--clear-groups'];
  // the kernel forgets --pdeathsig when the user changes, so one program does both, in the right order
  const rights = ['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', '--pdeathsig', 'KILL'];
  return ['prlimit', '--core=0', '--fsize=0', `--as=${LIMIT_BYTES}`, '--', 'setpriv', ...user, ...rights, '--'];
}

function machineArguments(kernel: number, initrd: number): string[] {
  return [
    ...['-machine', 'q35', '-accel', 'kvm', '-accel', 'tcg', '-m', `${MEMORY_MB}`, '-smp', '1'],
    ...['-no-user-config', '-nodefaults', '-nographic', '-no-reboot'],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-kernel', `/dev/fd/${kernel}`, '-initrd', `/dev/fd/${initrd}`],
    ...['-append', 'console=ttyS0 quiet panic=-1 cryptomgr.notests'],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=port,path=${SOCKET},server=on,wait=off`],
    ...['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=port,name=files'],
  ];
}

async function lastWords(running: Running): Promise<string> {
  let said = '';
  running.stdout.setEncoding('latin1').on('data', (text: string) => (said = (said + text).slice(-CONSOLE_TAIL)));
  const exit = await running.exit.catch((error: unknown) => ({ stderr: String(error) }));
  return `${exit.stderr}\n${said}`.replace(/[^\x20-\x7e\n]/g, '').trim().split('\n').slice(-3).join(' ');
}
