// In the place of src/exec/exec.ts: the two programs that a daemon on fakes asks for are done in this process, as starting them takes most
// of the time of a case. That they cannot be started, or never end, is tried all the same.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, lstatSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run as really, type RunOptions, type RunResult } from '../../../src/exec/exec.ts';
import { asCall, current } from './calls.ts';

export * from '../../../src/exec/exec.ts';

export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  if (argv[0] === 'du') return asCall('process.du', () => Promise.resolve(free(() => sizeOf(argv.at(-1) ?? ''))));
  if (argv[0] === 'qemu-img' && argv[1] === 'convert')
    return asCall('process.qemu-img', () => current.exit(() => converted(argv)));
  return really(argv, options);
}

const free = <R>(work: () => R): R => current.exit(work);

function sizeOf(path: string): RunResult {
  const bytes = (at: string): number => {
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (!stat?.isDirectory()) return (stat?.blocks ?? 0) * 512;
    return readdirSync(at).reduce((sum, name) => sum + bytes(join(at, name)), 0);
  };
  return { code: 0, stdout: `${Math.ceil(bytes(path) / 2 ** 20)}\t${path}\n`, stderr: '' };
}

let kept: Promise<string> | undefined;

/** The same content is converted once. */
async function converted(argv: readonly string[]): Promise<RunResult> {
  const [from = '', to = ''] = argv.slice(-2);
  kept ??= mkdtemp(join(tmpdir(), 'onevault-loop-converted-')).then(
    (made) => (process.on('exit', () => clear(made)), made),
  );
  const options = argv.slice(0, -2).join(' ');
  const known = join(await kept, createHash('sha256').update(options).update(readFileSync(from)).digest('hex'));
  if (!existsSync(known)) await really([...argv.slice(0, -1), known]);
  copyFileSync(known, to);
  return { code: 0, stdout: '', stderr: '' };
}

function clear(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
