// The onetemplate command.
import { formatTemplate } from '../wire/template-text.ts';
import type { Value } from '../wire/xmlrpc.ts';
import { argument, Family, forEachId, type Session } from './family.ts';
import { Failure } from './failure.ts';
import { createTemplate, optionalTemplate } from './input.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
import { count } from './multiple.ts';
import { addChmod, addLocks, addOwnership, addRename, addUpdate } from './object-commands.ts';
import { TEMPLATE_OPTIONS, templateAttributes, type TemplateOptions } from './template-options.ts';
import { templateListing, templateText } from './template-show.ts';

const RECURSIVE = ['-R, --recursive', 'with the images of the template'] as const;

export function onetemplate(io: Io): Family {
  const family = new Family('onetemplate', 'VM templates', io);
  addCreate(family);
  addList(family, templateListing);
  addShowTemplate(family);
  addInstantiate(family);
  addClone(family);
  addDelete(family);
  addUpdate(family, NOUN.template, { infoParams: [false, false] });
  addRename(family, NOUN.template);
  addOwnership(family, NOUN.template);
  addChmod(family, NOUN.template, { options: [RECURSIVE], params: ({ recursive = false }) => [recursive] });
  addLocks(family, NOUN.template);
  return family;
}

function addCreate(family: Family): void {
  const options = [...TEMPLATE_OPTIONS, ['--dry', 'print the template instead']] as const;
  family.add<TemplateOptions & { dry?: boolean }>(
    { usage: 'create [file]', description: 'Create a VM template', options },
    async ({ client, io }, [file], given) => {
      const template = await createTemplate(io, file, templateAttributes(given, io));
      io.write(given.dry ? template : `ID: ${await client.text('template.allocate', template)}\n`);
    },
  );
}

interface ShowOptions {
  extended?: boolean;
  decrypt?: boolean;
}

function addShowTemplate(family: Family): void {
  addShow<ShowOptions>(
    family,
    'template',
    async ({ client }, given, { extended = false, decrypt = false }) =>
      client.document('template.info', await idOf(client, NOUN.template, given), extended, decrypt),
    (_session, template) => templateText(template),
    [
      ['--extended', 'with what images and networks add to it'],
      ['--decrypt', 'show secrets in the clear, to administrators'],
    ],
  );
}

interface InstantiateOptions extends TemplateOptions {
  multiple?: string;
  hold?: boolean;
  persistent?: boolean;
}

function addInstantiate(family: Family): void {
  const options = [
    ['-m, --multiple <n>', 'create so many; %i in the name becomes their number, from 0'],
    ['--hold', 'create them on hold'],
    ['--persistent', 'with persistent copies of the images'],
    ...TEMPLATE_OPTIONS,
  ] as const;
  const description = 'Create VMs from a template, with extra attributes';
  family.add<InstantiateOptions>(
    { usage: 'instantiate <template> [file]', description, options },
    async (session, args, given) => {
      const { client, io } = session;
      const times = count(given.multiple);
      const id = await idOf(client, NOUN.template, argument(args, 0));
      const extra = await extraText(session, args[1], given);
      for (let number = 0; number < times; number += 1) {
        const name = (given.name ?? '').replaceAll('%i', String(number));
        const params: Value[] = [id, name, given.hold ?? false, extra, given.persistent ?? false];
        io.write(`VM ID: ${await client.text('template.instantiate', ...params)}\n`);
      }
    },
  );
}

/** What the VM has besides the template: from a file or stdin, or from options. The name is a parameter of its own. */
async function extraText({ io }: Session, file: string | undefined, given: InstantiateOptions): Promise<string> {
  const attributes = templateAttributes(given, io).filter(([name]) => name !== 'NAME');
  const text = await optionalTemplate(io, file, 2);
  if (text !== '' && attributes.length > 0) {
    throw new Failure('Give the extra attributes either as a file or on stdin, or with options, not both ways.');
  }
  return text === '' ? formatTemplate(attributes) : text;
}

function addClone(family: Family): void {
  family.add<{ recursive?: boolean }>(
    { usage: 'clone <template> <name>', description: 'Copy a VM template', options: [RECURSIVE] },
    async ({ client, io }, args, given) => {
      const id = await idOf(client, NOUN.template, argument(args, 0));
      io.write(`ID: ${await client.text('template.clone', id, argument(args, 1), given.recursive ?? false)}\n`);
    },
  );
}

function addDelete(family: Family): void {
  family.add<{ recursive?: boolean }>(
    { usage: 'delete <templates>', description: 'Delete VM templates', options: [RECURSIVE] },
    async (session, args, given) => {
      await forEachId(session, NOUN.template, argument(args, 0), 'deleted', (id) =>
        session.client.call('template.delete', id, given.recursive ?? false),
      );
    },
  );
}

if (import.meta.main) process.exitCode = await onetemplate(processIo()).main(process.argv.slice(2));
