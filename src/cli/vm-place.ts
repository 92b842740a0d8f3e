// onevm subcommands that say where a VM runs and how large it is, and bring it back when it is stuck.
import type { Attributes } from '../model/attributes.ts';
import { formatTemplate } from '../wire/template-text.ts';
import { argument, done, forEachId, type Family, type Session } from './family.ts';
import { Failure } from './failure.ts';
import { readTemplateFile, sizeMb } from './input.ts';
import { idOf, NOUN } from './lookup.ts';

export function addPlaces(family: Family): void {
  addDeploy(family);
  addMigrate(family);
  addResize(family);
  addRecover(family);
}

/** A datastore by id or name, -1 without one. */
async function datastoreOf({ client }: Session, given: string | undefined): Promise<number> {
  return given === undefined ? -1 : idOf(client, NOUN.datastore, given);
}

function addDeploy(family: Family): void {
  const options = [
    ['-e, --enforce', 'check the capacity of the host'],
    ['-f, --file <file>', 'extra attributes'],
  ] as const;
  family.add<{ enforce?: boolean; file?: string }>(
    { usage: 'deploy <vms> <host> [datastore]', description: 'Start VMs on a host', options },
    async (session, args, given) => {
      const host = await idOf(session.client, NOUN.host, argument(args, 1));
      const datastore = await datastoreOf(session, args[2]);
      const extra = given.file === undefined ? '' : readTemplateFile(given.file, 4);
      await forEachId(session, NOUN.vm, argument(args, 0), 'deploy', (id) =>
        session.client.call('vm.deploy', id, host, given.enforce ?? false, datastore, extra),
      );
    },
  );
}

interface MigrateOptions {
  live?: boolean;
  poff?: boolean;
  poffHard?: boolean;
  enforce?: boolean;
}

function addMigrate(family: Family): void {
  const options = [
    ['--live', 'while it runs'],
    ['--poff', 'power it off instead of saving its memory'],
    ['--poff-hard', 'the same without waiting for the guest'],
    ['-e, --enforce', 'check the capacity of the host'],
  ] as const;
  family.add<MigrateOptions>(
    { usage: 'migrate <vms> <host> [datastore]', description: 'Move VMs to another host', options },
    async (session, args, given) => {
      const host = await idOf(session.client, NOUN.host, argument(args, 1));
      const datastore = await datastoreOf(session, args[2]);
      const type = given.poffHard ? 2 : given.poff ? 1 : 0;
      const [live, enforce] = [given.live ?? false, given.enforce ?? false];
      await forEachId(session, NOUN.vm, argument(args, 0), 'migrate', (id) =>
        session.client.call('vm.migrate', id, host, live, enforce, datastore, type),
      );
    },
  );
}

interface ResizeOptions {
  cpu?: string;
  vcpu?: string;
  memory?: string;
  enforce?: boolean;
  file?: string;
}

function addResize(family: Family): void {
  const options = [
    ['--cpu <cpu>', 'share of CPU, 1 is a core'],
    ['--vcpu <vcpu>', 'number of virtual CPUs'],
    ['--memory <size>', 'memory, 512 (MB) or 8g'],
    ['-e, --enforce', 'check the capacity of the host'],
    ['-f, --file <file>', 'template with the new capacity'],
  ] as const;
  family.add<ResizeOptions>(
    { usage: 'resize <vm>', description: 'Change the capacity of a VM', options },
    async (session, args, given) => {
      const capacity: Attributes = [];
      if (given.cpu !== undefined) capacity.push(['CPU', given.cpu]);
      if (given.vcpu !== undefined) capacity.push(['VCPU', given.vcpu]);
      if (given.memory !== undefined) capacity.push(['MEMORY', sizeMb('--memory', given.memory)]);
      if ((given.file === undefined) === (capacity.length === 0)) {
        throw new Failure('Give the new capacity either with --cpu, --vcpu and --memory or as a file.');
      }
      const text = given.file === undefined ? formatTemplate(capacity) : readTemplateFile(given.file, 2);
      const id = await idOf(session.client, NOUN.vm, argument(args, 0));
      await session.client.call('vm.resize', id, text, given.enforce ?? false);
      done(session, NOUN.vm, id, 'resized');
    },
  );
}

// In the order of their numbers in one.vm.recover.
const RECOVERIES = ['failure', 'success', 'retry', 'delete', 'recreate', 'delete-db'] as const;
const RECOVERY_WORDS: Record<(typeof RECOVERIES)[number], string> = {
  failure: 'what it waits for has failed',
  success: 'what it waits for has been done',
  retry: 'try again what failed last',
  delete: 'remove the VM',
  recreate: 'remove the VM from its host and begin anew',
  'delete-db': 'forget the VM, whatever is on its host',
};

function addRecover(family: Family): void {
  const options = [
    ...RECOVERIES.map((name) => [`--${name}`, RECOVERY_WORDS[name]] as const),
    ['--interactive', 'ask how'] as const,
  ];
  family.add<Record<string, boolean | undefined>>(
    { usage: 'recover <vms>', description: 'Bring a stuck VM to a known state', options },
    async (session, args, given) => {
      const operation = given['interactive'] ? await askRecovery(session) : recoveryGiven(given);
      await forEachId(session, NOUN.vm, argument(args, 0), 'recover', (id) =>
        session.client.call('vm.recover', id, operation),
      );
    },
  );
}

function recoveryGiven(given: Record<string, boolean | undefined>): number {
  const [chosen, other] = RECOVERIES.filter((name) => given[name === 'delete-db' ? 'deleteDb' : name]);
  if (chosen === undefined) {
    throw new Failure(`Say how to recover: one of ${RECOVERIES.map((name) => `--${name}`).join(', ')}.`);
  }
  if (other !== undefined) throw new Failure(`--${chosen} and --${other} exclude each other.`);
  return RECOVERIES.indexOf(chosen);
}

async function askRecovery({ io }: Session): Promise<number> {
  const choices = RECOVERIES.map((name) => `  ${name.padEnd(10)}${RECOVERY_WORDS[name]}\n`);
  const answer = await io.ask(`${choices.join('')}How to recover: `);
  if (answer === null) throw new Failure('--interactive needs a terminal to ask on.');
  const operation = RECOVERIES.findIndex((name) => name === answer.trim());
  if (operation === -1) throw new Failure(`"${answer}" is none of ${RECOVERIES.join(', ')}; nothing was done.`);
  return operation;
}
