// What the documents name is there: pages and headings behind links, commands with their subcommands and options.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { silentIo } from '../../scripts/silent-io.ts';
import { families } from '../../src/cli/families.ts';
import { ownWords } from '../../src/cli/onevault.ts';

const ROOT = join(import.meta.dirname, '../..');
const pages = [...globSync('*.md', { cwd: ROOT }), ...globSync('docs/**/*.md', { cwd: ROOT })];
const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
const withoutCode = (text: string): string => text.replace(/```[^]*?```/g, '');

/** A heading as links name it. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .trim()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (page: string): string[] =>
  [...withoutCode(textOf(page)).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

function brokenLinks(page: string, text: string): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^(https?|mailto):/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : normalize(join(dirname(page), path));
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
}

/** What of `onevm backup --reset` and the like is not there; options are those of the same line, up to the end of the code. */
function unknownCommands(text: string, programs: ReadonlyMap<string, Command>): string[] {
  return [...text.matchAll(/(?<![\w./=-])(one[a-z]+) ([a-z][a-z-]*)(?![\w.:/*])([^`|#;&\n]*)/g)].flatMap(
    ([said, family = '', word = '', rest = '']) => {
      if (family === 'onevault') return ownWords().subcommands.some((one) => one.text === word) ? [] : [said];
      const commands = programs.get(family)?.commands;
      if (commands === undefined || commands.length === 0) return [];
      const command = commands.find((one) => one.name() === word || one.aliases().includes(word));
      if (command === undefined) return [said];
      const options = [...rest.matchAll(/(?<![\w-])--[a-z][a-z_0-9-]*/g)].map(([option]) => option);
      return options.some((option) => !command.options.some(({ long }) => long === option)) ? [said] : [];
    },
  );
}

it('have no link that leads nowhere', () => {
  expect(pages.length).toBeGreaterThan(40);
  expect(pages.flatMap((page) => brokenLinks(page, textOf(page)).map((link) => `${page}: ${link}`))).toEqual([]);
  expect(brokenLinks('README.md', '[a](docs/guide/none.md) [b](#nowhere) [c](docs/guide/index.md#overview)')).toEqual([
    'docs/guide/none.md',
    '#nowhere',
  ]);
});

it('name no command, subcommand or option that is not there', async () => {
  const programs = new Map((await families(silentIo([]))).map(({ program }) => [program.name(), program]));
  const guide = pages.filter((page) => /^(README|docs\/(guide|reference|design)\/)/.test(page));
  expect(
    guide.flatMap((page) => unknownCommands(textOf(page), programs).map((said) => `${page}: ${said.slice(0, 80)}`)),
  ).toEqual([]);
  expect(unknownCommands('`onevm burn 0`, `onevm backup --never`, `onevault dance`', programs)).toEqual([
    'onevm burn 0',
    'onevm backup --never',
    'onevault dance',
  ]);
  expect(unknownCommands('`onevm backup --reset 0`, `onevault doctor`', programs)).toEqual([]);
});
