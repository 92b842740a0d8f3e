// Answers that never end, from machines that are not trusted: hosts, and the machines of backup stores.
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { boundedLines, LineSplitter } from '../../src/exec/bounded-lines.ts';
import { readManifest } from '../../src/mover/slice-manifest.ts';
import { strangeFiles } from '../../src/mover/opened-files.ts';
import { readLines } from '../../src/remote/lines.ts';
import { start } from '../../src/exec/exec.ts';

const MIB = 2 ** 20;

async function linesOf(chunks: readonly (string | Buffer)[], most?: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of boundedLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), most))
    lines.push(line);
  return lines;
}

describe('lines', () => {
  it('are put together from pieces, also of characters', async () => {
    const bytes = Buffer.from('erste\r\nzweite Grüße\n\nletzte');
    const pieces = [...bytes].map((byte) => Buffer.from([byte]));
    for (const chunks of [[bytes], pieces]) {
      expect(await linesOf(chunks)).toEqual(['erste', 'zweite Grüße', '', 'letzte']);
    }
  });

  it('without an end are an error, and the rest is not read', async () => {
    let given = 0;
    const endless = new Readable({
      read() {
        given += 1;
        this.push(Buffer.alloc(MIB, 0x61));
      },
    });
    await expect(async () => {
      for await (const _ of boundedLines(endless, 4 * MIB));
    }).rejects.toThrow(/A line of more than 4194304 characters/);
    expect(endless.destroyed).toBe(true);
    expect(given).toBeLessThan(8);
  });

  it('of any number and within the bound are all read', () => {
    const splitter = new LineSplitter(10);
    for (let round = 0; round < 1000; round++)
      expect([...splitter.push(Buffer.from('123456789\n'))]).toEqual(['123456789']);
    expect(() => [...splitter.push(Buffer.from('12345678901'))]).toThrow(/A line of more than 10/);
  });
});

describe('a host', () => {
  const heardOf = async (chunks: readonly string[]): Promise<{ heard: unknown[]; why: unknown }> => {
    const heard: unknown[] = [];
    const why = await new Promise<unknown>((resolve) => {
      readLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), (line) => heard.push(line), resolve);
    });
    return { heard, why };
  };

  it('is heard until it ends', async () => {
    expect(await heardOf(['{"beat":1}\n{"be', 'at":2}\n'])).toEqual({
      heard: [{ beat: 1 }, { beat: 2 }],
      why: undefined,
    });
  });

  it('that says what is no JSON is not heard any more', async () => {
    const { heard, why } = await heardOf(['{"beat":1}\nhello\n', '{"beat":2}\n']);
    expect(heard).toEqual([{ beat: 1 }]);
    expect(why).toBeInstanceOf(SyntaxError);
  });

  it('that says what nobody can take ends its connection, not the daemon', async () => {
    const why = await new Promise<unknown>((resolve) => {
      const take = (line: unknown): void => void (line as { a: { b: string } }).a.b;
      readLines(Readable.from([Buffer.from('null\n')]), take, resolve);
    });
    expect(why).toBeInstanceOf(TypeError);
  });
});

it('a manifest is read as far as one can be', async () => {
  let given = 0;
  const endless = (): Readable =>
    new Readable({
      highWaterMark: MIB,
      read() {
        given += 1;
        this.push(Buffer.alloc(MIB));
      },
    });
  const stored = {
    diskId: 0,
    file: 'disk.0',
    virtualBytes: 1,
    fileBytes: 1,
    sha256: 'a'.repeat(64),
    originalFormat: 'raw' as const,
  };
  const member = { source: 'abcdef01', path: '/x/disk.0', stored };
  const reading = readManifest({ read: endless }, member, new AbortController().signal);
  await expect(reading).rejects.toThrow(/is not what was backed up: its SHA-256 is another/);
  expect(given).toBeLessThan(300);
});

it('a program that has another file open is found out', async () => {
  const { open } = await import('node:fs/promises');
  const file = await open('/etc/passwd');
  const program = start(['sleep', '60'], { fds: [file.fd] });
  try {
    expect(await strangeFiles(program.pid, new Set())).toEqual(['/etc/passwd']);
    expect(await strangeFiles(program.pid, new Set(['/etc/passwd']))).toEqual([]);
  } finally {
    program.kill('SIGKILL');
    await program.exit;
    await file.close();
  }
  expect(await strangeFiles(program.pid, new Set())).toEqual([]);
});
