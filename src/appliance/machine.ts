// Starts the machine that reads files out of backups: QEMU without network and rights, as a user that nobody else is, which reads the disks
// over NBD and cannot open much else. What a hostile file system does to it stays in it.
import { open, stat } from 'node:fs/promises';
import { start, type Running } from '../exec/exec.ts';
import type { Appliance } from './kept.ts';

const MEMORY_MB = 256;
/** Address space of the whole program, guest memory included. */
const LIMIT_BYTES = 2 * 1024 ** 3;
/** What guests wrote last may have to be finished before it can be read: that much of it is kept beside the disks, and forgotten. */
const WRITTEN_BYTES = 256 * 1024 ** 2;
/** Seconds of a processor: an end for what works for ever. */
const CPU_SEC = 6 * 3600;
const CONSOLE_TAIL = 2000;

export interface MachineTask {
  /** QEMU's working directory, where the sockets are. It need not be able to go to the directories above. */
  directory: string;
  /** Socket there on which somebody listens for the machine. */
  port: string;
  disks: Array<{ diskId: number; socket: string; exportName: string }>;
  /** User and group that QEMU becomes; others than it must not be able to enter the directory. */
  uid: number;
  /** Whether guests run under KVM here: then it answers within a second instead of four. */
  kvm: boolean;
}

export interface Machine {
  /** Settles when the machine has ended; what it said last. Never rejects. */
  ended: Promise<string>;
  stop(): void;
}

export async function startMachine(appliance: Appliance, task: MachineTask): Promise<Machine> {
  const files = [await open(appliance.kernel), await open(appliance.initrd)];
  try {
    const groups = await stat('/dev/kvm').then(
      ({ gid }) => ['--groups', `${gid}`],
      () => ['--clear-groups'],
    );
    const running = start([...confined(task.uid, groups), 'qemu-system-x86_64', ...machineArguments(task)], {
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
      bareEnv: true,
      cwd: task.directory,
      fds: files.map(({ fd }) => fd),
    });
    return { ended: lastWords(running), stop: () => running.kill('SIGKILL') };
  } finally {
    for (const file of files) await file.close();
  }
}

function confined(uid: number, groups: string[]): string[] {
  const user = ['--reuid', `${uid}`, '--regid', `${uid}`, ...groups];
  // the kernel forgets --pdeathsig when the user changes: the same program does both, in the right order
  const rights = ['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all', '--pdeathsig', 'KILL'];
  const limits = ['--core=0', `--fsize=${WRITTEN_BYTES}`, `--as=${LIMIT_BYTES}`, `--cpu=${CPU_SEC}`];
  return ['prlimit', ...limits, '--', 'unshare', '--net', '--ipc', '--', 'setpriv', ...user, ...rights, '--'];
}

/** Writing goes to a temporary file of QEMU's (snapshot=on): the journal of a file system may have to be replayed. */
function machineArguments({ port, disks, kvm }: MachineTask): string[] {
  const accelerators = [...(kvm ? ['-accel', 'kvm'] : []), '-accel', 'tcg,tb-size=64'];
  return [
    ...['-machine', 'q35', ...accelerators, '-cpu', 'max', '-m', `${MEMORY_MB}`],
    ...['-no-user-config', '-nodefaults', '-nographic', '-no-reboot'],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-kernel', '/dev/fd/3', '-initrd', '/dev/fd/4'],
    ...['-append', 'console=ttyS0 loglevel=1 panic=-1 no_timer_check oops=panic cryptomgr.notests random.trust_cpu=on'],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=port,path=${port}`],
    ...['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=port,name=files'],
    ...disks.flatMap(({ diskId, socket, exportName }) => [
      '-drive',
      `if=none,id=disk${diskId},format=raw,snapshot=on,file.driver=nbd,file.server.type=unix,file.server.path=${socket},file.export=${exportName}`,
      '-device',
      `virtio-blk-pci,drive=disk${diskId},serial=disk.${diskId}`,
    ]),
  ];
}

async function lastWords(running: Running): Promise<string> {
  let said = '';
  running.stdout.setEncoding('latin1').on('data', (text: string) => (said = (said + text).slice(-CONSOLE_TAIL)));
  const { stderr } = await running.exit.catch((error: unknown) => ({ stderr: String(error) }));
  const lines = `${stderr}\n${said}`.replace(/[^\x20-\x7e\n]/g, '').split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .slice(-3)
    .join(' ')
    .trim();
}
