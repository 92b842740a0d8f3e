// Manual pages, from what --help is made of: one for each command, one for the daemon's command, one for the configuration file.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { families } from '../../src/cli/families.ts';
import { ownWords } from '../../src/cli/onevault.ts';
import { VERSION } from '../../src/model/version.ts';
import { silentIo } from '../silent-io.ts';
import { plain } from './configuration.ts';

const CONFIGURATION = resolve(import.meta.dirname, '../../docs/reference/configuration.md');
const FILES = [
  ['/etc/onevault/onevault.conf', 'configuration of the daemon, see onevault.conf(5)'],
  ['~/.one/one_auth', 'user and password, user:password; ONE_AUTH names another file'],
] as const;

/** File names and texts. */
export async function manualPages(): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  const all = await families(silentIo([]));
  const names = [...all.map(({ program }) => program.name()), 'onevault'];
  for (const { program } of all) pages.set(`${program.name()}.1`, familyPage(program, names));
  pages.set('onevault.1', onevaultPage(names));
  pages.set('onevault.conf.5', configurationPage(await readFile(CONFIGURATION, 'utf8')));
  return pages;
}

function familyPage(program: Command, names: readonly string[]): string {
  const name = program.name();
  return page(name, 1, program.description(), [
    ...section('SYNOPSIS', `.B ${roff(name)}`, '.I command', '[\\fIarguments\\fR] [\\fIoptions\\fR]'),
    ...section('COMMANDS', ...program.commands.flatMap((command) => commandLines(name, command))),
    ...filesAndMore(names, name),
  ]);
}

function commandLines(name: string, command: Command): string[] {
  const args = command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`));
  const also = command.aliases().length === 0 ? '' : ` Also: ${command.aliases().join(', ')}.`;
  return [
    `.SS ${roff([name, command.name(), ...args].join(' '))}`,
    roff(`${command.description()}.${also}`),
    ...command.options.flatMap(({ flags, description }) => ['.TP', `.B ${roff(flags)}`, roff(description)]),
  ];
}

function onevaultPage(names: readonly string[]): string {
  return page('onevault', 1, 'start OneVault or look after it', [
    ...section('SYNOPSIS', '.B onevault', '.I command', '[\\fIoptions\\fR]'),
    ...section(
      'COMMANDS',
      ...ownWords().subcommands.flatMap(({ text, description }) => [
        '.TP',
        `.B ${roff(text)}`,
        roff(`${description}.`),
      ]),
    ),
    '.PP',
    roff('onevault <command> --help tells the options of each.'),
    ...filesAndMore(names, 'onevault'),
  ]);
}

/** The reference, whose tables become lists. */
function configurationPage(markdown: string): string {
  const lines: string[] = [];
  for (const line of markdown.split('\n')) {
    if (line.startsWith('# ') || /^\|[ |-]*$/.test(line) || /^\| *attribute *\|/.test(line)) continue;
    if (line.startsWith('#')) lines.push(`.SH ${roff(plain(line.replace(/^#+ /, '')).toUpperCase())}`);
    else if (line.startsWith('|')) {
      const [, name = '', fallback = '', ...rest] = line.split('|').map((cell) => plain(cell.trim()));
      const told = fallback === '' ? '' : ` Default: ${fallback}.`;
      lines.push('.TP', `.B ${roff(name)}`, roff(`${rest.slice(0, -1).join('|')}.${told}`));
    } else if (line === '') lines.push('.PP');
    else lines.push(roff(plain(line)));
  }
  return page('onevault.conf', 5, 'configuration of OneVault', ['.SH DESCRIPTION', ...once(lines)]);
}

/** Paragraph marks do not follow each other. */
function once(lines: readonly string[]): string[] {
  return lines.filter((line, at) => line !== '.PP' || !/^\.(PP|SH)/.test(lines[at - 1] ?? '.PP'));
}

function filesAndMore(names: readonly string[], name: string): string[] {
  const others = names.filter((other) => other !== name).map((other) => `.BR ${other} (1),`);
  return [
    ...section('FILES', ...FILES.flatMap(([file, what]) => ['.TP', `.I ${roff(file)}`, roff(`${what}.`)])),
    ...section('SEE ALSO', ...others, '.BR onevault.conf (5)'),
  ];
}

function page(name: string, number: number, what: string, body: readonly string[]): string {
  const head = `.TH ${name.toUpperCase()} ${number} "" "OneVault ${VERSION}" "OneVault"`;
  return `${[head, ...section('NAME', `${roff(name)} \\- ${roff(what)}`), ...body].join('\n')}\n`;
}

function section(name: string, ...lines: string[]): string[] {
  return [`.SH ${name}`, ...lines];
}

/** A line of text in which roff finds nothing to do. */
export function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}
