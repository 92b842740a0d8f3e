// The onetemplate command.
import type { Value } from '../wire/xmlrpc.ts';
import { argument, Family, forEachId } from './family.ts';
import { createTemplate, optionalTemplate } from './input.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
import { count } from './multiple.ts';
import { TEMPLATE_OPTIONS, templateAttributes, type TemplateOptions } from './template-options.ts';
import { templateListing, templateText } from './template-show.ts';

export function onetemplate(io: Io): Family {
  const family = new Family('onetemplate', 'VM templates', io);
  addCreate(family);
  addList(family, templateListing);
  addShow(
    family,
    'template',
    async ({ client }, given) =>
      client.document('template.info', await idOf(client, NOUN.template, given), false, false),
    (_session, template) => templateText(template),
  );
  addInstantiate(family);
  addDelete(family);
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

interface InstantiateOptions {
  name?: string;
  multiple?: string;
  hold?: boolean;
  persistent?: boolean;
}

function addInstantiate(family: Family): void {
  const options = [
    ['--name <name>', 'name of the VMs; %i becomes their number, from 0'],
    ['-m, --multiple <n>', 'create so many'],
    ['--hold', 'create them on hold'],
    ['--persistent', 'with persistent copies of the images'],
  ] as const;
  family.add<InstantiateOptions>(
    {
      usage: 'instantiate <template> [file]',
      description: 'Create VMs from a template, with extra attributes',
      options,
    },
    async ({ client, io }, args, given) => {
      const id = await idOf(client, NOUN.template, argument(args, 0));
      const extra = await optionalTemplate(io, args[1], 2);
      for (let number = 0; number < count(given.multiple); number += 1) {
        const name = (given.name ?? '').replaceAll('%i', String(number));
        const params: Value[] = [id, name, given.hold ?? false, extra, given.persistent ?? false];
        io.write(`VM ID: ${await client.text('template.instantiate', ...params)}\n`);
      }
    },
  );
}

function addDelete(family: Family): void {
  const options = [['-R, --recursive', 'with the images of the template']] as const;
  family.add<{ recursive?: boolean }>(
    { usage: 'delete <templates>', description: 'Delete VM templates', options },
    async (session, args, given) => {
      await forEachId(session, NOUN.template, argument(args, 0), 'deleted', (id) =>
        session.client.call('template.delete', id, given.recursive ?? false),
      );
    },
  );
}

if (import.meta.main) process.exitCode = await onetemplate(processIo()).main(process.argv.slice(2));
