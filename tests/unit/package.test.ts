// What a package is made of, as far as that can be looked at without making one.
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configurationOf, configurationText } from '../../scripts/package/configuration.ts';
import { manualPages, roff } from '../../scripts/package/manual.ts';
import { isBuilt, javaScriptOf } from '../../scripts/package/translate.ts';
import { families } from '../../src/cli/families.ts';
import { silentIo } from '../../scripts/silent-io.ts';
import { CONFIG_ATTRIBUTES, makeConfig } from '../../src/config.ts';
import { parseTemplate } from '../../src/wire/template-text.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the configuration file', () => {
  it('tells of every attribute', async () => {
    const text = await configurationText();
    const told = new Set(
      text.split('\n').flatMap((line) => {
        const [, name, rest = ''] = /^#([A-Z_]+)=(.*)/.exec(line) ?? [];
        if (name !== undefined && !rest.startsWith('[')) return [name];
        if (name !== undefined && rest.includes('LEVEL')) return [`${name}/LEVEL`];
        const [, vectors = '', field = ''] = /^# ([A-Z_, ]+)\/([A-Z_]+): /.exec(line) ?? [];
        return vectors.split(', ').map((vector) => `${vector}/${field}`);
      }),
    );
    expect(CONFIG_ATTRIBUTES.filter((name) => !told.has(name))).toEqual([]);
  });

  it('is one that says nothing, and lines that are no examples may be used as they stand', async () => {
    const text = await configurationText();
    expect(parseTemplate(text)).toEqual([]);
    const used = text
      .split('\n')
      .filter((line) => /^#[A-Z_]+="[^"]+"$/.test(line))
      .map((line) => line.slice(1));
    expect(used.length).toBeGreaterThan(6);
    expect(makeConfig(parseTemplate(used.join('\n')), {}, {})).toEqual(makeConfig([], {}, {}));
  });

  it('takes the vector of a table from the sentence before it', () => {
    const table = '| attribute | default | meaning |\n| --- | --- | --- |\n| `A` | `1` | [one](x.md) of `b` |\n';
    expect(configurationOf(`\`VECTOR = [ A ]\` says it:\n\n${table}`)).toContain(
      '# VECTOR/A: one of b (default: 1)\n#VECTOR=[ A="1" ]\n',
    );
    expect(configurationOf(`All of it:\n\n${table}`)).toContain('# one of b (default: 1)\n#A="1"\n');
  });
});

describe('manual pages', () => {
  it('are there for every command, with every subcommand', async () => {
    const pages = await manualPages();
    for (const { program } of await families(silentIo([]))) {
      const page = pages.get(`${program.name()}.1`) ?? '';
      for (const command of program.commands)
        expect(page).toContain(`.SS ${roff(`${program.name()} ${command.name()}`)}`);
    }
    expect(pages.get('onevault.1')).toContain('.B serve');
    expect(pages.get('onevault.conf.5')).toContain('.B STATE_DIRECTORY');
  });

  it('are the same each time, and no line of text begins as a request does', async () => {
    const pages = await manualPages();
    expect(await manualPages()).toEqual(pages);
    const requests = /^\.(TH|SH|SS|TP|PP|B|I|BR)( |$)/;
    for (const text of pages.values())
      for (const line of text.split('\n')) if (/^[.']/.test(line)) expect(line).toMatch(requests);
    expect(roff('.so a-b\\c')).toBe('\\&.so a\\-b\\ec');
  });
});

describe('the unit', () => {
  it('leaves the daemon the capabilities that the page gives a reason for, and no others', async () => {
    const [unit, page] = await Promise.all(
      ['packaging/onevault.service', 'docs/guide/installing.md'].map((name) => readFile(join(ROOT, name), 'utf8')),
    );
    const left = [...(unit ?? '').matchAll(/^CapabilityBoundingSet=(.+)$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    const table = (page ?? '').split('\n').filter((line) => line.startsWith('| `CAP_'));
    const told = table.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/CAP_[A-Z_]+/g)].map(([name]) => name));
    expect(left.length).toBeGreaterThan(5);
    expect(left.toSorted()).toEqual(told.toSorted());
  });
});

describe('the code', () => {
  it('loses its types, not its lines, and finds its own files', () => {
    const code =
      "import type { A } from './a.ts';\nimport { b } from '../b.ts';\nexport const c: A = b(new URL('../c.ts', d));\n";
    const built = javaScriptOf(code, stripTypeScriptTypes);
    expect(built.split('\n').map((line) => line.trim())).toEqual([
      '',
      "import { b } from '../b.js';",
      "export const c    = b(new URL('../c.js', d));",
      '',
    ]);
  });

  it('comes without tests', () => {
    expect(['run.ts', 'run.test.ts', 'contract.ts', 'life-contract.ts', 'files.pl'].filter(isBuilt)).toEqual([
      'run.ts',
    ]);
  });
});
