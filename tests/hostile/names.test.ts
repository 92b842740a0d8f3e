// What guests, users and stores call things reaches a terminal as text: nothing in it is obeyed.
import { describe, expect, it } from 'vitest';
import { terminalText } from '../../src/cli/terminal-text.ts';
import { table } from '../../src/cli/table.ts';
import { nameOfText, textOfName } from '../../src/model/file-names.ts';
import { checkName } from '../../src/model/names.ts';
import { ConsoleText } from '../../src/mover/console-text.ts';
import { cdataLeaf } from '../../src/wire/xml-write.ts';

/** Clears the screen, sets the title, types for the user, writes to the clipboard, in seven and eight bits. */
const ORDERS = [
  '\u001b[2J',
  '\u001b]0;root\u0007',
  '\u001b]52;c;cm0gLXJm\u001b\\',
  '\u001bP+q544e\u001b\\',
  '\u009b2J',
  '\u009d0;root\u009c',
  '\r',
  '\b\b\b',
  '\u007f',
  '\u202etxt.exe',
  '\u2066',
  '\u2028',
  '\u0000',
];
const OBEYED = /[^\P{Cc}\n\t]|[\u2028-\u202e\u2066-\u2069]/u;

describe('a terminal', () => {
  it.each(ORDERS)('is not told %j', (order) => {
    const shown = terminalText(`NAME="a${order}b"\n`);
    expect(shown).not.toMatch(OBEYED);
    expect(shown).toMatch(/^NAME="a.*b"\n$/);
    expect(shown).toContain(textOfName(Buffer.from(order.slice(0, 1))));
  });

  it('is told colours and lines', () => {
    const own = '\u001b[1m\u001b[4mID NAME\u001b[0m\n 0\t\u001b[32mrunn\u001b[0m \u001b[31mfail\u001b[0m Grüße 日本\n';
    expect(terminalText(own)).toBe(own);
  });

  it('has a line for each row, whatever the name', () => {
    const column = { name: 'NAME', width: 30, cell: (name: string) => name };
    expect(table([column], ['a\nb', 'c\u001b[2Jd\u0085e'], { header: false }).split('\n')).toHaveLength(3);
  });
});

it('documents hold nothing that XML cannot', () => {
  expect(cdataLeaf('NAME', 'a\u0000b\u001b[2Jc]]>d')).toBe(
    '<NAME><![CDATA[a\ufffdb\ufffd[2Jc]]]]><![CDATA[>d]]></NAME>',
  );
});

it.each(['a\u001b[2J', 'a\nb', 'a\0', '', 'a'.repeat(129), 'a;b', '$(x)', '`x\\'])('no object is called %j', (name) => {
  expect(() => checkName(name)).toThrow(/NAME/);
});

describe('what a guest says on its console', () => {
  it.each(ORDERS)('is kept without %j', (order) => {
    const text = new ConsoleText([]);
    text.add(Buffer.from(`booting ${order}login:\n`));
    expect(text.last).not.toMatch(OBEYED);
    expect(text.last).toMatch(/login:$/);
  });

  it('cannot keep whoever looks for a pattern in it for ever', () => {
    const text = new ConsoleText([{ kind: 'pattern', pattern: '^(a+)+$' }]);
    expect(text.add(Buffer.from('aaaa\n'))).toEqual({ kind: 'pattern', pattern: '^(a+)+$' });
    expect(() => text.add(Buffer.from(`${'a'.repeat(4000)}!\n`))).toThrow(/was tested for 1000 ms on one line/);
  });

  it('cannot hide what is waited for in a line without an end', () => {
    const text = new ConsoleText([{ kind: 'text', text: 'login:' }]);
    const found = ['x'.repeat(1 << 20), 'y'.repeat(1 << 20), ' login:'].map((piece) => text.add(Buffer.from(piece)));
    expect(found).toEqual([undefined, undefined, { kind: 'text', text: 'login:' }]);
  });
});

describe('names of files and labels out of a guest', () => {
  const NAMES = [
    ...ORDERS.map((order) => Buffer.from(`a${order}b`)),
    Buffer.from([0x61, 0xff, 0x1b, 0x9b]),
    Buffer.from('-rf'),
  ];
  it.each(NAMES.map((name) => [JSON.stringify(name.toString('latin1')), name] as const))(
    '%s is shown and found again',
    (_, name) => {
      const shown = textOfName(name);
      expect(shown).not.toMatch(OBEYED);
      expect(shown).not.toContain('\n');
      expect(nameOfText(shown).equals(name)).toBe(true);
    },
  );
});
