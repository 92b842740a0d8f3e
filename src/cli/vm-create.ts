// `onevm create`.
import type { Family } from './family.ts';
import { createTemplate } from './input.ts';
import { count } from './multiple.ts';
import { TEMPLATE_OPTIONS, templateAttributes, type TemplateOptions } from './template-options.ts';

interface CreateOptions extends TemplateOptions {
  multiple?: string;
  hold?: boolean;
  dry?: boolean;
}

export function addCreate(family: Family): void {
  const options = [
    ...TEMPLATE_OPTIONS,
    ['-m, --multiple <n>', 'create so many'],
    ['--hold', 'create it on hold'],
    ['--dry', 'print the template instead'],
  ] as const;
  family.add<CreateOptions>(
    { usage: 'create [file]', description: 'Create a VM from a template', options },
    async ({ client, io }, [file], given) => {
      const template = await createTemplate(io, file, templateAttributes(given, io));
      if (given.dry) return io.write(template);
      for (let left = count(given.multiple); left > 0; left -= 1) {
        io.write(`ID: ${await client.text('vm.allocate', template, given.hold ?? false)}\n`);
      }
    },
  );
}
