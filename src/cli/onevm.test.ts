// onevm: what each subcommand sends and prints.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { Refusal } from '../../tests/golden/canned-server.ts';
import { failure, runCommand, success } from '../../tests/golden/command.ts';
import type { FakeIo } from '../../tests/golden/fake-io.ts';
import { NOW } from '../../tests/golden/objects.ts';
import { echoId, echoing, NAMES } from '../../tests/golden/pools.ts';
import { onevm } from './onevm.ts';

beforeAll(() => {
  process.env['TZ'] = 'UTC';
});

const vm = readFileSync(new URL('../../tests/golden/documents/vm-full.xml', import.meta.url), 'utf8');
const REPLIES = {
  ...NAMES,
  ...echoing(
    'vm.action',
    'vm.deploy',
    'vm.migrate',
    'vm.recover',
    'vm.resize',
    'vm.attach',
    'vm.detach',
    'vm.attachnic',
  ),
  ...echoing('vm.detachnic', 'vm.updatenic', 'vm.attachsg', 'vm.detachsg', 'vm.attachpci', 'vm.detachpci'),
  ...echoing('vm.disksnapshotcreate', 'vm.disksnapshotrevert', 'vm.disksnapshotdelete', 'vm.disksnapshotrename'),
  ...echoing('vm.snapshotcreate', 'vm.snapshotrevert', 'vm.snapshotdelete', 'vm.diskresize', 'vm.backup'),
  ...echoing('vm.backupcancel', 'vm.restore', 'vm.updateconf', 'vm.update', 'vm.rename', 'vm.chown', 'vm.chmod'),
  ...echoing('vm.lock', 'vm.unlock', 'vm.schedadd', 'vm.scheddelete', 'vm.schedupdate'),
  'vm.info': vm,
  'vm.allocate': 5,
  'vm.disksaveas': 9,
};
const VMS = ['vmpool.info', -2, -1, -1, -1];
const INFO = ['vm.info', 0, false];

test.each<[line: string, calls: unknown[][], out?: string]>([
  ...['hold', 'release', 'stop', 'suspend', 'resume', 'resched', 'unresched', 'poweroff', 'reboot'].map(
    (name): [string, unknown[][]] => [`${name} 3`, [['vm.action', name, 3]]],
  ),
  ...['poweroff', 'reboot', 'terminate', 'undeploy'].map((name): [string, unknown[][]] => [
    `${name} --hard 3`,
    [['vm.action', `${name}-hard`, 3]],
  ]),
  [
    'resume -v 1,3..4',
    [1, 3, 4].map((id) => ['vm.action', 'resume', id]),
    'VM 1: resume\nVM 3: resume\nVM 4: resume\n',
  ],
  ['resume 5..3', []],
  ['reboot alpine-0,7..8,db,0', [VMS, ...[0, 7, 8, 12].map((id) => ['vm.action', 'reboot', id])]],
  ['deploy 0 3', [['vm.deploy', 0, 3, false, -1, '']]],
  ['deploy 0 node-a RBackups -e', [['hostpool.info'], ['datastorepool.info'], ['vm.deploy', 0, 3, true, 100, '']]],
  ['migrate 0,1 3', [0, 1].map((id) => ['vm.migrate', id, 3, false, false, -1, 0])],
  ['migrate --live -e 0 3 1', [['vm.migrate', 0, 3, true, true, 1, 0]]],
  ['migrate --poff 0 3', [['vm.migrate', 0, 3, false, false, -1, 1]]],
  ['migrate --poff-hard 0 3', [['vm.migrate', 0, 3, false, false, -1, 2]]],
  ['resize 0 --cpu 2 --memory 1g -e', [['vm.resize', 0, 'CPU="2"\nMEMORY="1024"\n', true]]],
  ...['failure', 'success', 'retry', 'delete', 'recreate', 'delete-db'].map((name, number): [string, unknown[][]] => [
    `recover 0 --${name}`,
    [['vm.recover', 0, number]],
  ]),
  ['disk-attach 0 -i 2', [['vm.attach', 0, 'DISK = [ IMAGE_ID = 2 ]']]],
  [
    'disk-attach 0 -i alpine -t vdb --prefix vd --cache none --discard unmap',
    [
      ['imagepool.info', -2, -1, -1],
      ['vm.attach', 0, 'DISK = [ IMAGE_ID = 0, TARGET = vdb, DEV_PREFIX = vd, CACHE = none, DISCARD = unmap ]'],
    ],
  ],
  ['disk-detach 0 1', [['vm.detach', 0, 1]]],
  ['disk-saveas 0 1 copy', [['vm.disksaveas', 0, 1, 'copy', '', -1]], 'Image ID: 9\n'],
  ['disk-saveas 0 1 copy -t OS -s 2', [['vm.disksaveas', 0, 1, 'copy', 'OS', 2]], 'Image ID: 9\n'],
  ['disk-resize 0 0 2g', [INFO, ['vm.diskresize', 0, 0, '2048']]],
  ['disk-snapshot-create 0 0 clean', [['vm.disksnapshotcreate', 0, 0, 'clean']]],
  ['disk-snapshot-revert 0 0 updated', [INFO, ['vm.disksnapshotrevert', 0, 0, 1]]],
  ['disk-snapshot-delete 0 0 1', [['vm.disksnapshotdelete', 0, 0, 1]]],
  ['disk-snapshot-rename 0 0 clean cleaner', [INFO, ['vm.disksnapshotrename', 0, 0, 0, 'cleaner']]],
  ['snapshot-create 0,1', [0, 1].map((id) => ['vm.snapshotcreate', id, ''])],
  ['snapshot-create 0 before', [['vm.snapshotcreate', 0, 'before']]],
  ['snapshot-revert 0 before', [INFO, ['vm.snapshotrevert', 0, 0]]],
  ['snapshot-delete 0 7', [['vm.snapshotdelete', 0, 7]]],
  ['nic-attach 0 -n private -i 10.0.0.7', [['vnpool.info', -2, -1, -1], ['vm.attachnic', 0, 'NIC = [ NETWORK_ID = 5, IP = 10.0.0.7 ]']]], // prettier-ignore
  ['nic-detach 0 1', [['vm.detachnic', 0, 1]]],
  ['sg-attach 0 1 2', [['vm.attachsg', 0, 1, 2]]],
  ['sg-detach 0 1 2', [['vm.detachsg', 0, 1, 2]]],
  ['pci-detach 0 1', [['vm.detachpci', 0, 1]]],
  ['backup --detach 0', [['vm.backup', 0, -1, false]]],
  ['backup --detach -d RBackups --reset alpine-0', [VMS, ['datastorepool.info'], ['vm.backup', 0, 100, true]]],
  ['backup-cancel 0', [['vm.backupcancel', 0]]],
  ['backupmode 0 increment', [['vm.updateconf', 0, 'BACKUP_CONFIG = ["MODE"="INCREMENT"]', 1]]],
  ['restore --detach 0 1', [['vm.restore', 0, 1, -1, -1]]],
  ['restore --detach --force 0 1', [['vm.restore', 0, 1, -1, -1, true]]],
  [
    'restore --detach 0 backup --increment 2 --disk-id 0',
    [
      ['imagepool.info', -2, -1, -1],
      ['vm.restore', 0, 1, 2, 0],
    ],
  ],
  ['rename 0 new', [['vm.rename', 0, 'new']]],
  ['chown 0,1 ann', [['userpool.info'], ['vm.chown', 0, 2, -1], ['vm.chown', 1, 2, -1]]],
  ['chown 0 2 staff', [['grouppool.info'], ['vm.chown', 0, 2, 100]]],
  ['chgrp 0 staff', [['grouppool.info'], ['vm.chown', 0, -1, 100]]],
  ['chmod 0,1 640', [0, 1].map((id) => ['vm.chmod', id, 1, 1, 0, 1, 0, 0, 0, 0, 0])],
  ['chmod 0 u=rw,g=r', [['vm.chmod', 0, 1, 1, 0, 1, 0, 0, -1, -1, -1]]],
  ['lock 0', [['vm.lock', 0, 1, false]]],
  ['lock 0 --manage', [['vm.lock', 0, 2, false]]],
  ['lock 0 --admin', [['vm.lock', 0, 3, false]]],
  ['lock 0 --all', [['vm.lock', 0, 4, false]]],
  ['unlock 0 -v', [['vm.unlock', 0]], 'VM 0: unlocked\n'],
  ['sched-delete 0 1', [['vm.scheddelete', 0, 1]]],
  ['delete-chart 0 1', [['vm.scheddelete', 0, 1]]],
  ['create --name a -m 2 --hold', Array(2).fill(['vm.allocate', 'NAME="a"\n', true]), 'ID: 5\nID: 5\n'],
  ['create --name a --dry', [], 'NAME="a"\n'],
])('onevm %s', async (line, calls, out = '') => {
  expect(await runCommand(onevm, line, REPLIES)).toEqual(success(calls, out));
});

test('the options of create become a template', async () => {
  const options =
    'create --name a --description d --cpu 0.5 --vcpu 2 --memory 2g --disk alpine,3:size=1000 --nic private,5:ip=10.0.0.9 ' +
    '--arch x86_64 --boot disk0 --raw <x/> --vnc --net_context --context A=b,c="d" --report_ready --dry';
  const outcome = await runCommand(onevm, options, REPLIES);
  expect(outcome).toEqual(
    success(
      [],
      'NAME="a"\nDESCRIPTION="d"\nCPU="0.5"\nVCPU="2"\nMEMORY="2048"\nDISK=[\n  IMAGE="alpine" ]\n' +
        'DISK=[\n  IMAGE_ID="3",\n  SIZE="1000" ]\nNIC=[\n  NETWORK="private" ]\nNIC=[\n  NETWORK_ID="5",\n  IP="10.0.0.9" ]\n' +
        'OS=[\n  ARCH="x86_64",\n  BOOT="disk0" ]\nRAW=[\n  TYPE="kvm",\n  DATA="<x/>" ]\n' +
        'GRAPHICS=[\n  TYPE="vnc",\n  LISTEN="0.0.0.0" ]\n' +
        'CONTEXT=[\n  NETWORK="YES",\n  TOKEN="YES",\n  REPORT_READY="YES",\n  A="b",\n  C="d" ]\n',
    ),
  );
});

test.each<[line: string, action: string, printed: string]>([
  [
    'poweroff --schedule now 3',
    `ACTION  = poweroff, TIME    = ${NOW}`,
    'poweroff scheduled at 2022-12-01 13:28:44 +0000',
  ],
  [
    'terminate --hard --schedule +60 3',
    'ACTION  = terminate-hard, TIME    = +60',
    'terminate-hard scheduled after +60s from start',
  ],
  [
    'backup --schedule now -d 100 --weekly 0,5 3',
    `ACTION  = backup, ARGS    = "100,0",TIME    = ${NOW}, REPEAT = 0, DAYS = "0,5", END_TYPE = 0`,
    'backup scheduled at 2022-12-01 13:28:44 +0000',
  ],
  [
    'backup --schedule now --reset 3',
    `ACTION  = backup, ARGS    = "-1,1",TIME    = ${NOW}`,
    'backup scheduled at 2022-12-01 13:28:44 +0000',
  ],
  [
    'disk-snapshot-create --schedule now 3 0 clean',
    `ACTION  = disk-snapshot-create, ARGS    = "0,clean",TIME    = ${NOW}`,
    'disk-snapshot-create scheduled at 2022-12-01 13:28:44 +0000',
  ],
  [
    'snapshot-revert --schedule now 3 4',
    `ACTION  = snapshot-revert, ARGS    = "4",TIME    = ${NOW}`,
    'snapshot-revert scheduled at 2022-12-01 13:28:44 +0000',
  ],
])('onevm %s is put off', async (line, action, printed) => {
  const calls = [['vm.schedadd', 3, `SCHED_ACTION = [${action}]`]];
  expect(await runCommand(onevm, line, REPLIES)).toEqual(success(calls, `VM 3: ${printed}\n`));
});

test('sched-update makes one vector of its lines', async () => {
  const stdin = (io: FakeIo): void => void (io.stdin = 'TIME="1700000000"\n\nREPEAT=0\n');
  expect(await runCommand(onevm, 'sched-update 0 1', REPLIES, stdin)).toEqual(
    success([INFO, ['vm.schedupdate', 0, 1, '\nSCHED_ACTION = [TIME="1700000000",REPEAT=0]']]),
  );
  expect(await runCommand(onevm, 'sched-update 0 8', REPLIES, stdin)).toEqual(
    failure('Sched action 8 not found', [INFO]),
  );
});

test('a list goes on after a failure and ends with 255', async () => {
  const refusal = new Refusal('[one.vm.action] Error getting virtual machine [9].', 0x400);
  const replies = { ...REPLIES, 'vm.action': (params: unknown[]) => (params[1] === 9 ? refusal : echoId(params)) };
  expect(await runCommand(onevm, 'resume 8..10 -v', replies)).toEqual({
    status: 255,
    out: 'VM 8: resume\nVM 10: resume\n',
    err: '[one.vm.action] Error getting virtual machine [9].\n',
    calls: [8, 9, 10].map((id) => ['vm.action', 'resume', id]),
  });
});

test('a terminal gets the present configuration in an editor', async () => {
  let shown = '';
  const editing = (io: FakeIo): void => {
    io.edit = async (text) => {
      shown = text;
      return 'BACKUP_CONFIG=[MODE="FULL"]';
    };
  };
  expect(await runCommand(onevm, 'updateconf 0', REPLIES, editing)).toEqual(
    success([INFO, ['vm.updateconf', 0, 'BACKUP_CONFIG=[MODE="FULL"]', 0]]),
  );
  expect(shown).toBe(
    'CONTEXT=[\n  DISK_ID="2",\n  NETWORK="YES",\n  TARGET="hda" ]\nGRAPHICS=[\n  LISTEN="127.0.0.1",\n  TYPE="vnc" ]\n' +
      'OS=[\n  ARCH="x86_64" ]\nBACKUP_CONFIG=[\n  BACKUP_VOLATILE="NO",\n  FS_FREEZE="AGENT",\n  INCREMENT_MODE="CBT",\n' +
      '  KEEP_LAST="4",\n  MODE="INCREMENT" ]\n',
  );
  const limited = { ...REPLIES, 'vm.info': vm.replace('<FS_FREEZE>', '<FREEZE_LIMIT>5</FREEZE_LIMIT><FS_FREEZE>') };
  await runCommand(onevm, 'updateconf 0', limited, editing);
  expect(shown).toContain('  FREEZE_LIMIT="5",\n');
  await runCommand(onevm, 'update 0', REPLIES, editing);
  expect(shown).toBe('DESCRIPTION="said \\"hello\\""\n');
});

test('recover asks how', async () => {
  const answering = (answer: string) => (io: FakeIo) => void (io.ask = async () => answer);
  const { calls } = await runCommand(onevm, 'recover 0 --interactive', REPLIES, answering(' retry '));
  expect(calls).toEqual([['vm.recover', 0, 2]]);
  const wrong = await runCommand(onevm, 'recover 0 --interactive', REPLIES, answering('no'));
  expect(wrong).toMatchObject({ status: 255, calls: [] });
});

test.each([
  ['show nope', 'VM named nope not found.', [VMS]],
  ['recover 0', 'Say how to recover: one of --failure, --success, --retry, --delete, --recreate, --delete-db.', []],
  ['recover 0 --success --failure', '--failure and --success exclude each other.', []],
  ['recover 0 --interactive', '--interactive needs a terminal to ask on.', []],
  ['create --memory lots', '--memory lots is no size such as 512, 2g or 300mb.', []],
  ['create --name a -m 0', '--multiple 0 is no number above 0.', []],
  ['create --vnc --spice', '--vnc and --spice exclude each other.', []],
  ['create --disk a:size', '--disk a:size: "size" is not name=value.', []],
  ['update 0', 'No template was given, neither as a file nor on stdin.', []],
  ['disk-detach 0 root', '"root" is not a valid ID of a disk.', []],
  ['disk-resize 0 0 256', 'Disk 0 of VM 0 has 256 MB already, and disks only grow.', [INFO]],
  ['disk-resize 0 9 1g', 'VM 0 has no disk 9.', [INFO]],
  ['disk-snapshot-delete 0 1 clean', 'Disk 1 of VM 0 has no snapshot named clean.', [INFO]],
  ['snapshot-revert 0 nope', 'VM 0 has no snapshot named nope.', [INFO]],
  ['backupmode 0 half', 'The backup mode half is neither FULL nor INCREMENT.', []],
  ['chmod 0 888', 'The permissions "888" are neither an octet such as 640 nor letters such as u=rw,g=r,o=.', []],
  ['resize 0', 'Give the new capacity either with --cpu, --vcpu and --memory or as a file.', []],
  ['poweroff 0 --weekly 1', '--weekly needs --schedule, the time to begin at.', []],
  ['poweroff 0 --schedule soon', 'Error parsing time spec: soon', []],
  ['resume 0..9999999', 'The range 0..9999999 has more than 1000000 ids.', []],
] as const)('onevm %s fails', async (line, err, calls) => {
  expect(await runCommand(onevm, line, REPLIES)).toEqual(
    failure(
      err,
      calls.map((call) => [...call]),
    ),
  );
});
