// Looks at the machine. Every question has an answer: what cannot be found out is told as absent, never thrown.
import { constants } from 'node:fs';
import { access, open, readFile, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { findAppliance } from '../appliance/kept.ts';
import { run } from '../exec/exec.ts';
import { openHypervisor } from '../hypervisor/all.ts';
import { reasonOf } from '../model/errors.ts';
import { PROGRAMS, RSYNC_PROGRAMS, type Facts, type Program } from './facts.ts';

const VIRTLOGD_SOCKET = '/run/libvirt/virtlogd-sock';
const APPARMOR_ADDITIONS = '/etc/apparmor.d/local/abstractions/libvirt-qemu';
/** Users that libvirt runs QEMU as: Debian's, Fedora's. */
const QEMU_USERS = ['libvirt-qemu', 'qemu'];
const CAP_SYS_ADMIN = 21n;
const LIMIT_MS = 10_000;
const MIB = 2 ** 20;
/** restic knows no --version before 0.17, setfacl and flock have both. */
const VERSION_ARGUMENT: Partial<Record<Program, string>> = { restic: 'version', mke2fs: '-V', ssh: '-V' };

export async function collect(stateDirectory: string, libvirtUri: string): Promise<Facts> {
  const directory = await nearestExisting(stateDirectory);
  const hypervisor = openHypervisor({ driver: 'libvirt', uri: libvirtUri, installation: '' });
  const [programs, libvirt, kvmRuns, appArmor] = await Promise.all([
    programVersions(),
    hypervisor.describe().then(
      (host) => ({ answers: true as const, version: host.libvirtVersion, hypervisor: host.hypervisorVersion }),
      (error: unknown) => ({ answers: false as const, reason: reasonOf(error) }),
    ),
    hypervisor.probeKvm().catch(() => null), // null is reported as not known
    appArmorState(libvirtUri),
  ]);
  return {
    stateDirectory,
    libvirtUri,
    node: process.versions.node,
    isRoot: process.getuid?.() === 0,
    systemd: await exists('/run/systemd/system'),
    packages: (await exists('/usr/bin/dnf')) ? 'dnf' : 'apt-get',
    programs,
    libvirt,
    virtlogdAnswers: await answers(VIRTLOGD_SOCKET),
    kvmDevice: await exists('/dev/kvm'),
    kvmRuns,
    fuseDevice: await canOpen('/dev/fuse'),
    mayMount: await hasCapability(CAP_SYS_ADMIN),
    setprivWorks: await succeeds(['setpriv', '--pdeathsig', 'KILL', '--', 'true']),
    appliance: await findAppliance().then(
      () => true,
      () => false,
    ),
    appArmor,
    space: await spaceOf(directory),
    reach: await reachOf(directory),
  };
}

async function programVersions(): Promise<Record<Program, string | null>> {
  const found = await Promise.all(
    [...PROGRAMS, ...RSYNC_PROGRAMS].map(async (name) => [name, await versionOf(name)] as const),
  );
  return Object.fromEntries(found) as Record<Program, string | null>;
}

async function versionOf(program: Program): Promise<string | null> {
  try {
    // Some end with an error code though they are there.
    const okCodes = Array.from({ length: 125 }, (_, code) => code + 1);
    const { stdout, stderr } = await run([program, VERSION_ARGUMENT[program] ?? '--version'], {
      okCodes,
      timeoutMs: LIMIT_MS,
    });
    return (stdout || stderr).split('\n')[0] ?? '';
  } catch {
    return null;
  }
}

async function appArmorState(libvirtUri: string): Promise<Facts['appArmor']> {
  const enabled = (await textOf('/sys/module/apparmor/parameters/enabled')).startsWith('Y');
  const capabilities = enabled ? await outputOf(['virsh', '-c', libvirtUri, 'capabilities']) : '';
  return {
    enabled,
    confinesGuests: /<model>apparmor<\/model>/.test(capabilities),
    additions: await textOf(APPARMOR_ADDITIONS),
  };
}

/** Tries each directory on the way as QEMU's user, outermost first: access lists count as the kernel counts them. */
async function reachOf(directory: string): Promise<Facts['reach']> {
  const passwd = await textOf('/etc/passwd');
  const user = QEMU_USERS.find((name) => passwd.split('\n').some((line) => line.startsWith(`${name}:`)));
  if (user === undefined || process.getuid?.() !== 0) return null;
  const [uid, gid] = [await outputOf(['id', '-u', user]), await outputOf(['id', '-g', user])];
  const become = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--'];
  for (const parent of pathTo(directory)) {
    if (!(await succeeds([...become, 'test', '-x', parent]))) return { user, blockedAt: parent };
  }
  return { user, blockedAt: null };
}

function pathTo(directory: string): string[] {
  const parent = dirname(directory);
  return parent === directory ? [directory] : [...pathTo(parent), directory];
}

async function nearestExisting(directory: string): Promise<string> {
  return (await exists(directory)) || directory === '/' ? directory : nearestExisting(dirname(directory));
}

async function spaceOf(directory: string): Promise<Facts['space']> {
  try {
    const { bsize, blocks, bavail } = await statfs(directory);
    return { directory, freeMb: Math.floor((bavail * bsize) / MIB), totalMb: Math.floor((blocks * bsize) / MIB) };
  } catch {
    return null;
  }
}

async function hasCapability(bit: bigint): Promise<boolean> {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(await textOf('/proc/self/status'))?.[1];
  return effective !== undefined && ((BigInt(`0x${effective}`) >> bit) & 1n) === 1n;
}

async function canOpen(device: string): Promise<boolean> {
  return open(device, constants.O_RDWR).then(
    (file) => file.close().then(() => true),
    () => false,
  );
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.setTimeout(LIMIT_MS, () => connection.destroy());
    connection.once('connect', () => {
      resolve(true);
      connection.destroy();
    });
    connection.once('error', () => {
      resolve(false);
    });
    connection.once('close', () => {
      resolve(false);
    });
  });
}

async function succeeds(argv: string[]): Promise<boolean> {
  return run(argv, { timeoutMs: LIMIT_MS }).then(
    () => true,
    () => false,
  );
}

async function outputOf(argv: string[]): Promise<string> {
  return run(argv, { timeoutMs: LIMIT_MS }).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
