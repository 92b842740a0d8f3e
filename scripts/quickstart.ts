// OneVault's main job on real parts, step by step with its own commands: a guest is backed up while it runs, restored as a new
// VM, and shown to be the same. What an earlier run has made is used again.
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../src/exec/exec.ts';
import { readXml, type XmlElement } from '../src/wire/xml-read.ts';
import { buildGuest, type Guest } from '../tests/guest/build.ts';
import { GuestConsole } from '../tests/guest/console.ts';

const ROOT = new URL('..', import.meta.url).pathname.replace(/\/$/, '');
const STATE = `${ROOT}/var`;
const PID_FILE = `${STATE}/daemon.pid`;
const LOG_FILE = `${STATE}/daemon.log`;
const ENDPOINT_FILE = `${STATE}/endpoint`;
const AUTH_FILE = `${STATE}/.one/one_auth`;
const VM = 'demo';
const RESTORED = 'demo-restored';
const BACKUPS = 'RBackups';
/** Everything that the comparison covers: the files of both disks, without what only exists while the guest runs. */
const DIGEST =
  'cd / && find bin etc sbin usr data -type f | sort | while read f; do sha256sum "$f"; done > /tmp/files; wc -l < /tmp/files; sha256sum < /tmp/files';

let step = 0;
function title(text: string): void {
  step += 1;
  process.stdout.write(`\n[${step}] ${text}\n`);
}
const say = (text: string): void => void process.stdout.write(`    ${text}\n`);

function environment(endpoint: string): Record<string, string> {
  return { ONE_XMLRPC: endpoint, ONE_AUTH: AUTH_FILE };
}

/** Runs one of OneVault's commands as a user would, shows it, and returns its output. */
async function one(endpoint: string, command: string, args: string[], input?: string): Promise<string> {
  process.stdout.write(`    $ ${command} ${args.join(' ')}${input === undefined ? '' : ' <<EOF'}\n`);
  if (input !== undefined)
    process.stdout.write(`${input.replace(/^/gm, '      ').replace(/PASSWORD *= *".*"/, 'PASSWORD="(generated)"')}\n`);
  const { stdout } = await run([`${ROOT}/bin/${command}`, ...args], {
    env: environment(endpoint),
    ...(input === undefined ? {} : { input }),
  });
  if (stdout.trim() !== '') process.stdout.write(`${stdout.trimEnd().replace(/^/gm, '    ')}\n`);
  return stdout;
}

/** The same with the terminal attached, so that progress bars show. */
async function attached(endpoint: string, command: string, args: string[]): Promise<void> {
  process.stdout.write(`    $ ${command} ${args.join(' ')}\n`);
  const child = spawn(`${ROOT}/bin/${command}`, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment(endpoint) },
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${command} ${args[0]} failed.`);
}

async function pool(endpoint: string, command: string): Promise<XmlElement[]> {
  const { stdout } = await run([`${ROOT}/bin/${command}`, 'list', '-x'], { env: environment(endpoint) });
  return readXml(stdout).children();
}

const idOf = (element: XmlElement): number => Number(element.textOf('ID'));
async function find(endpoint: string, command: string, name: string): Promise<XmlElement | undefined> {
  return (await pool(endpoint, command)).find((element) => element.textOf('NAME') === name);
}

/** Waits until `look` gives something. */
async function until<T>(what: string, limitSec: number, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + limitSec * 1000; Date.now() < end; await sleep(300)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what} did not happen within ${limitSec} s; ${LOG_FILE} may tell why.`);
}

async function runningDaemon(): Promise<string | undefined> {
  const endpoint = await readFile(ENDPOINT_FILE, 'utf8').catch(() => '');
  if (endpoint === '') return undefined;
  const health = await fetch(new URL('/api/health', endpoint)).catch(() => undefined);
  return health?.ok ? endpoint.trim() : undefined;
}

async function startDaemon(): Promise<string> {
  const running = await runningDaemon();
  if (running !== undefined) {
    say(`It runs already at ${running}`);
    return running;
  }
  for (const port of ['2633', '0']) {
    const endpoint = await tryDaemon(port);
    if (endpoint !== undefined) return endpoint;
    say(`Port ${port} could not be used; trying a free one.`);
  }
  throw new Error(`The daemon could not be started:\n${await readFile(LOG_FILE, 'utf8')}`);
}

async function tryDaemon(port: string): Promise<string | undefined> {
  await writeFile(LOG_FILE, '');
  const log = openSync(LOG_FILE, 'a');
  const daemon = spawn(`${ROOT}/bin/onevault`, ['serve', '--state', STATE, '--port', port], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  let ended = false;
  daemon.once('exit', () => (ended = true));
  daemon.unref();
  const answer = await until('the start of the daemon', 60, async () => {
    const found = /^OneVault answers at (\S+)$/m.exec(await readFile(LOG_FILE, 'utf8'))?.[1];
    return found ?? (ended ? '' : undefined);
  });
  if (answer === '') return undefined;
  await writeFile(PID_FILE, String(daemon.pid));
  await writeFile(ENDPOINT_FILE, answer);
  say(`It answers at ${answer}; its log is ${LOG_FILE}`);
  return answer;
}

async function register(endpoint: string): Promise<number> {
  if (!(await find(endpoint, 'onehost', 'localhost'))) {
    await one(endpoint, 'onehost', ['create', 'localhost', '-i', 'kvm', '-v', 'kvm']);
  }
  await until('monitoring of the host', 60, async () => {
    const host = await find(endpoint, 'onehost', 'localhost');
    if (host?.textOf('STATE') === '3') throw new Error('The host cannot be used; see bin/onehost show localhost.');
    return host?.textOf('STATE') === '2' ? host : undefined;
  });
  if (!(await find(endpoint, 'onedatastore', BACKUPS))) {
    const password = randomBytes(18).toString('base64url');
    const text = [
      `NAME="${BACKUPS}"`,
      'TYPE="BACKUP_DS"',
      'DS_MAD="restic"',
      'RESTIC_BACKEND="LOCAL"',
      `RESTIC_PASSWORD="${password}"`,
    ];
    await one(endpoint, 'onedatastore', ['create'], text.join('\n'));
  }
  await one(endpoint, 'onedatastore', ['list']);
  const datastore = await find(endpoint, 'onedatastore', BACKUPS);
  if (!datastore) throw new Error(`The datastore ${BACKUPS} is missing.`);
  return idOf(datastore);
}

async function demoImages(endpoint: string, guest: Guest): Promise<void> {
  const images: Array<[string, string, string]> = [
    ['demo-root', guest.rootImage, 'OS'],
    ['demo-data', guest.dataImage, 'DATABLOCK'],
  ];
  for (const [name, path, type] of images) {
    if (await find(endpoint, 'oneimage', name)) continue;
    const args = ['create', '-d', 'default', '--name', name, '--path', path, '--format', 'raw', '--type', type];
    // the root disk is used through a qcow2 on top of the image, the data disk is the image itself, raw
    await one(endpoint, 'oneimage', type === 'DATABLOCK' ? [...args, '--persistent'] : args);
  }
  for (const [name] of images) {
    await until(`the copy of ${name}`, 60, async () => {
      const state = (await find(endpoint, 'oneimage', name))?.textOf('STATE');
      if (state === '5') throw new Error(`Image ${name} is in state err; see bin/oneimage show ${name}.`);
      return state === '4' ? undefined : true;
    });
  }
}

async function demoVm(endpoint: string, guest: Guest): Promise<number> {
  if (!(await find(endpoint, 'onetemplate', VM))) {
    const text = `NAME="${VM}"
CPU="1"
MEMORY="128"
DISK=[ IMAGE="demo-root", TARGET="vda" ]
DISK=[ IMAGE="demo-data", TARGET="vdb" ]
OS=[ KERNEL="${guest.kernel}", INITRD="${guest.initrd}", KERNEL_CMD="${guest.kernelCommand}" ]
BACKUP_CONFIG=[ MODE="FULL", KEEP_LAST="4", FS_FREEZE="NONE" ]`;
    await one(endpoint, 'onetemplate', ['create'], text);
  }
  return instantiated(endpoint, VM, VM);
}

/** A running VM of this name, made from the template when there is none. */
async function instantiated(endpoint: string, name: string, template: string): Promise<number> {
  const there = await find(endpoint, 'onevm', name);
  if (!there) await one(endpoint, 'onetemplate', ['instantiate', template, '--name', name]);
  else if (there.textOf('STATE') === '8') await one(endpoint, 'onevm', ['resume', name]);
  else say(`The VM ${name} is there already.`);
  const vm = await until(`the start of ${name}`, 90, async () => {
    const seen = await find(endpoint, 'onevm', name);
    if (seen?.textOf('LCM_STATE') === '36' || seen?.textOf('LCM_STATE') === '39') {
      throw new Error(`${name} could not be started: see bin/onevm show ${name}.`);
    }
    return seen?.textOf('LCM_STATE') === '3' ? seen : undefined;
  });
  return idOf(vm);
}

async function guestConsole(vmId: number): Promise<GuestConsole> {
  const console = await GuestConsole.ofDomain(`one-${vmId}`, `${STATE}/datastores/0/${vmId}/console.log`);
  await console.ready(60_000);
  return console;
}

async function digest(vmId: number): Promise<{ files: string; sha256: string }> {
  const console = await guestConsole(vmId);
  const output = await console.run(DIGEST, 60_000);
  await console.close();
  const [, files, sha256] = /^\s*(\d+)\s+([0-9a-f]{64}) /.exec(output) ?? [];
  if (files === undefined || sha256 === undefined) throw new Error(`The guest gave no digest of its files: ${output}`);
  return { files, sha256 };
}

async function restoreNewest(endpoint: string, vmId: number): Promise<void> {
  const backups = (await pool(endpoint, 'oneimage')).filter(
    (image) => image.textOf('TYPE') === '6' && image.textOf('VMS/ID') === String(vmId),
  );
  const newest = Math.max(...backups.map(idOf));
  await one(endpoint, 'oneimage', ['show', String(newest)]);
  await attached(endpoint, 'oneimage', ['restore', '-d', 'default', '--no_ip', '--name', RESTORED, String(newest)]);
}

async function quickstart(): Promise<void> {
  await mkdir(STATE, { recursive: true });
  title('Start the daemon');
  const endpoint = await startDaemon();
  title('Register this machine as a host, and a restic repository as backup datastore');
  const datastore = await register(endpoint);
  title("Build a small Linux guest with two disks from Debian's kernel and busybox");
  const guest = await buildGuest(`${STATE}/guest`);
  await demoImages(endpoint, guest);
  title('Start it as a virtual machine');
  const vmId = await demoVm(endpoint, guest);
  const console = await guestConsole(vmId);
  const note = `written ${new Date().toISOString()}`;
  const fresh = (await find(endpoint, 'onetemplate', RESTORED)) === undefined;
  if (fresh) await console.run(`echo ${note} > /etc/note; echo ${note} > /data/note; sync`, 20_000);
  await console.close();
  const original = fresh ? await digest(vmId) : undefined;
  if (original)
    say(`The guest wrote a note to both disks; it has ${original.files} files, digest ${original.sha256.slice(0, 16)}`);

  if (fresh) {
    title('Back it up while it runs');
    await attached(endpoint, 'onevm', ['backup', '-d', String(datastore), VM]);
    title('Restore the backup to new images and a new template');
    await restoreNewest(endpoint, vmId);
  } else say(`It was backed up and restored before: the template ${RESTORED} is there.`);

  title('Boot the restored machine beside the original');
  const restoredId = await instantiated(endpoint, RESTORED, RESTORED);
  await one(endpoint, 'onevm', ['list']);

  title('Compare the files inside both machines');
  const before = original ?? (await digest(vmId));
  const after = await digest(restoredId);
  say(`${VM.padEnd(14)} ${before.files} files  ${before.sha256}`);
  say(`${RESTORED.padEnd(14)} ${after.files} files  ${after.sha256}`);
  if (before.sha256 !== after.sha256) {
    if (fresh) throw new Error('The restored machine differs from the original.');
    say('They differ: the machines have run on since the backup.');
  } else say('Equal: every file of the restored machine is that of the original.');
  process.stdout.write(`
OneVault runs at ${endpoint}; the credentials are in ${AUTH_FILE}

To go on:
    export PATH="${ROOT}/bin:$PATH" ONE_XMLRPC=${endpoint} ONE_AUTH=${AUTH_FILE}
    onevm show ${VM}
    onevm backup -d ${datastore} ${VM}
    oneimage list
Or in a browser: ${new URL(endpoint).origin}/ (the user is oneadmin, the password what follows the colon in that file).
./quickstart --stop ends the daemon and the machines.
`);
}

async function stop(): Promise<void> {
  const endpoint = await runningDaemon();
  if (endpoint !== undefined) {
    for (const name of [VM, RESTORED]) {
      const vm = await find(endpoint, 'onevm', name);
      if (vm?.textOf('LCM_STATE') !== '3') continue;
      await one(endpoint, 'onevm', ['poweroff', '--hard', name]);
      await until(`the end of ${name}`, 60, async () =>
        (await find(endpoint, 'onevm', name))?.textOf('STATE') === '8' ? true : undefined,
      );
    }
  }
  const pid = Number(await readFile(PID_FILE, 'utf8').catch(() => '0'));
  if (pid > 0 && endpoint !== undefined) {
    process.kill(pid, 'SIGTERM');
    await until('the end of the daemon', 60, async () => ((await runningDaemon()) === undefined ? true : undefined));
    say('The daemon has ended.');
  } else say('The daemon does not run.');
  await rm(PID_FILE, { force: true });
  await rm(ENDPOINT_FILE, { force: true });
  say(`What was made is kept in ${STATE}; ./quickstart goes on with it.`);
}

try {
  await (process.argv.includes('--stop') ? stop() : quickstart());
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
