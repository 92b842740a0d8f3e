// The onevm command.
import { Failure } from './failure.ts';
import { argument, Family, forEachId, type Session } from './family.ts';
import { follow } from './follow.ts';
import {
  CAPACITY_OPTIONS,
  capacityAttributes,
  createTemplate,
  readTemplateFile,
  requiredTemplate,
  type CapacityOptions,
} from './input.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow, addTop } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
import { count } from './multiple.ts';
import { lastHistory, vmListing } from './vm-list.ts';
import { vmText } from './vm-show.ts';

export function onevm(io: Io): Family {
  const family = new Family('onevm', 'Virtual machines and their backups', io);
  addCreate(family);
  addList(family, vmListing);
  addTop(family, vmListing);
  addShow(family, 'vm', fetchVm, async (session, vm) =>
    vmText(vm, await clusterName(session, lastHistory(vm)?.textOf('CID')), Math.trunc(io.now() / 1000)),
  );
  addBackup(family);
  for (const name of ['poweroff', 'reboot', 'terminate']) addAction(family, name, true);
  addAction(family, 'resume', false);
  addDeploy(family);
  addUpdate(family, 'update', 'Change the user template');
  addUpdate(family, 'updateconf', 'Change the configuration, BACKUP_CONFIG among it');
  addRecover(family);
  return family;
}

async function fetchVm({ client }: Session, given: string) {
  return client.document('vm.info', await idOf(client, NOUN.vm, given), false);
}

/** The name of a cluster. The one with id 0 exists everywhere and need not be asked for when the server knows no clusters. */
async function clusterName({ client }: Session, id: string | undefined): Promise<string> {
  if (id === undefined || id === '-1') return 'default';
  try {
    return (await client.document('cluster.info', Number(id), false)).textOf('NAME');
  } catch {
    return id === '0' ? 'default' : 'ERROR';
  }
}

interface CreateOptions extends CapacityOptions {
  multiple?: string;
  hold?: boolean;
  dry?: boolean;
}

function addCreate(family: Family): void {
  const options = [
    ...CAPACITY_OPTIONS,
    ['-m, --multiple <n>', 'create so many'],
    ['--hold', 'create it on hold'],
    ['--dry', 'print the template instead'],
  ] as const;
  family.add<CreateOptions>(
    { usage: 'create [file]', description: 'Create a VM from a template', options },
    async ({ client, io }, [file], given) => {
      const template = await createTemplate(io, file, capacityAttributes(given));
      if (given.dry) return io.write(template);
      for (let left = count(given.multiple); left > 0; left -= 1) {
        io.write(`ID: ${await client.text('vm.allocate', template, given.hold ?? false)}\n`);
      }
    },
  );
}

interface BackupOptions {
  datastore?: string;
  reset?: boolean;
  detach?: boolean;
}

function addBackup(family: Family): void {
  const options = [
    ['-d, --datastore <datastore>', 'backup datastore, by id or name'],
    ['--reset', 'close the chain and begin a new one'],
    ['--detach', 'return at once, do not follow the backup'],
  ] as const;
  family.add<BackupOptions>(
    { usage: 'backup <vm>', description: 'Back up a VM', options },
    async (session, args, given) => {
      const { client, io } = session;
      const id = await idOf(client, NOUN.vm, argument(args, 0));
      const datastore = given.datastore === undefined ? -1 : await idOf(client, NOUN.datastore, given.datastore);
      await client.call('vm.backup', id, datastore, given.reset ?? false);
      if (!given.detach) await follow(session, `/api/progress/vm/${id}`, `VM ${id}: backup`, `onevm show ${id}`);
      if (session.verbose) io.write(`VM ${id}: backup\n`);
    },
  );
}

function addAction(family: Family, name: string, canBeHard: boolean): void {
  const options = canBeHard ? ([['--hard', 'without waiting for the guest']] as const) : [];
  family.add<{ hard?: boolean }>(
    { usage: `${name} <vms>`, description: `${capitalised(name)} VMs`, options },
    async (session, args, given) => {
      const action = given.hard ? `${name}-hard` : name;
      await forEachId(session, NOUN.vm, argument(args, 0), action, (id) =>
        session.client.call('vm.action', action, id),
      );
    },
  );
}

function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function addDeploy(family: Family): void {
  const options = [
    ['-e, --enforce', 'check the capacity of the host'],
    ['-f, --file <file>', 'extra attributes'],
  ] as const;
  family.add<{ enforce?: boolean; file?: string }>(
    { usage: 'deploy <vms> <host> [datastore]', description: 'Start VMs on a host', options },
    async (session, args, given) => {
      const { client } = session;
      const host = await idOf(client, NOUN.host, argument(args, 1));
      const datastore = args[2] === undefined ? -1 : await idOf(client, NOUN.datastore, args[2]);
      const extra = given.file === undefined ? '' : readTemplateFile(given.file, 4);
      await forEachId(session, NOUN.vm, argument(args, 0), 'deploy', (id) =>
        client.call('vm.deploy', id, host, given.enforce ?? false, datastore, extra),
      );
    },
  );
}

function addUpdate(family: Family, name: string, description: string): void {
  const options = [['-a, --append', 'keep what the text does not mention']] as const;
  family.add<{ append?: boolean }>(
    { usage: `${name} <vm> [file]`, description, options },
    async ({ client, io }, args, given) => {
      const id = await idOf(client, NOUN.vm, argument(args, 0));
      await client.call(`vm.${name}`, id, await requiredTemplate(io, args[1], 2), given.append ? 1 : 0);
    },
  );
}

// In the order of their numbers in one.vm.recover.
const RECOVERIES = ['failure', 'success', 'retry', 'delete', 'recreate', 'delete-db'] as const;

function addRecover(family: Family): void {
  const options = RECOVERIES.map((name) => [`--${name}`, `recover with ${name}`] as const);
  family.add<Record<string, boolean | undefined>>(
    { usage: 'recover <vms>', description: 'Bring a stuck VM to a known state', options },
    async (session, args, given) => {
      const operation = RECOVERIES.findIndex((name) => given[name === 'delete-db' ? 'deleteDb' : name]);
      if (operation === -1)
        throw new Failure(`Say how to recover: one of ${RECOVERIES.map((name) => `--${name}`).join(', ')}.`);
      await forEachId(session, NOUN.vm, argument(args, 0), 'recover', (id) =>
        session.client.call('vm.recover', id, operation),
      );
    },
  );
}

if (import.meta.main) process.exitCode = await onevm(processIo()).main(process.argv.slice(2));
