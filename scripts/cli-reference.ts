// Writes the chapters of docs/reference/cli.md that list subcommands, arguments, options and columns, from the commands themselves.
// usage: npm run reference    after a command came, went or changed its options
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { format, resolveConfig } from 'prettier';
import { DOCUMENT_OPTIONS } from '../src/cli/document.ts';
import { families } from '../src/cli/families.ts';
import type { Family, OptionLine } from '../src/cli/family.ts';
import { TABLE_OPTIONS } from '../src/cli/list.ts';
import { SCHEDULE_OPTIONS } from '../src/cli/schedule.ts';
import { TEMPLATE_OPTIONS } from '../src/cli/template-options.ts';
import { silentIo } from './silent-io.ts';

export const FILE = path.resolve(import.meta.dirname, '../docs/reference/cli.md');
const MARK = '<!-- What follows is written by `npm run reference`. -->\n';

/** Options that many subcommands share, told once. */
const GROUPS: ReadonlyArray<{ name: string; intro: string; options: readonly OptionLine[] }> = [
  { name: 'Table options', intro: 'What a list shows, and how.', options: TABLE_OPTIONS },
  { name: 'Document options', intro: 'The server’s document instead of a table or text.', options: DOCUMENT_OPTIONS },
  {
    name: 'Scheduling options',
    intro: 'With `--schedule` nothing is done now: the server is told when to, and says so.',
    options: SCHEDULE_OPTIONS,
  },
  { name: 'Template options', intro: 'Attributes of a VM template, instead of a file.', options: TEMPLATE_OPTIONS },
];
const EVERYWHERE = new Set(['--verbose', '--user', '--password', '--endpoint']);

/** The whole page as it should be: what people wrote, then what the commands say. */
export async function referencePage(): Promise<string> {
  const [written = ''] = readFileSync(FILE, 'utf8').split(MARK);
  const out: string[] = [];
  const all = await families(silentIo(out));
  const chapters: string[] = [];
  // One after the other: what a list prints goes to the same place.
  for (const family of all) chapters.push(chapter(family, await columnsOf(family, out)));
  const text = [`${written}${MARK}`, ...GROUPS.map(groupText), ...chapters].join('\n');
  return format(text, { ...(await resolveConfig(FILE)), parser: 'markdown' });
}

function groupText({ name, intro, options }: (typeof GROUPS)[number]): string {
  return `## ${name}\n\n${intro}\n\n${optionLines(options).join('\n')}\n`;
}

function chapter(family: Family, columns: string): string {
  const commands = family.program.commands.map((command) => subcommand(family.program.name(), command));
  const about = family.program.description();
  return [`## ${family.program.name()}\n\n${about}.\n`, ...(columns === '' ? [] : [columns]), ...commands].join('\n');
}

/** What `list` may show, asked of the command itself; '' without a list. */
async function columnsOf(family: Family, out: string[]): Promise<string> {
  if (!family.program.commands.some((command) => command.name() === 'list')) return '';
  out.length = 0;
  await family.main(['list', '--describe', '--user', '-', '--password', '-']);
  const columns = out
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, name = '', what = ''] = /^(\S+)\s*: (.*?)\s*$/.exec(line) ?? [];
      return `- \`${name}\`${what === '' ? '' : `: ${what}`}`;
    });
  return `Columns of \`list\`:\n\n${columns.join('\n')}\n`;
}

function subcommand(program: string, command: Command): string {
  const aliases = command.aliases().map((alias) => `\`${alias}\``);
  const also = aliases.length === 0 ? '' : ` Also: ${aliases.join(', ')}.`;
  const usage = [program, command.name(), ...command.registeredArguments.map(argumentText)].join(' ');
  return `### \`${usage}\`\n\n${plain(command.description())}.${also}\n\n${commandOptions(command).join('\n')}\n`;
}

function argumentText(argument: { name(): string; required: boolean }): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function commandOptions(command: Command): string[] {
  const own = command.options.filter(({ long }) => !EVERYWHERE.has(long ?? ''));
  const names = new Set(own.map(({ long }) => long));
  const groups = GROUPS.filter(({ options }) => options.every(([flags]) => names.has(longOf(flags))));
  const told = new Set(groups.flatMap(({ options }) => options.map(([flags]) => longOf(flags))));
  const rest = own.filter(({ long }) => !told.has(long));
  const lines = optionLines(rest.map(({ flags, description }) => [flags, description]));
  return [...lines, ...groups.map(({ name }) => `- [${name.toLowerCase()}](#${name.toLowerCase().replace(' ', '-')})`)];
}

/** A text in which Markdown finds nothing to do. */
function plain(text: string): string {
  return text.replace(/[<*]/g, '\\$&');
}

function longOf(flags: string): string | undefined {
  return /--[\w-]+/.exec(flags)?.[0];
}

function optionLines(options: readonly OptionLine[]): string[] {
  return options.map(([flags, description]) => `- \`${flags}\`: ${plain(description)}`);
}

if (import.meta.main) writeFileSync(FILE, await referencePage());
