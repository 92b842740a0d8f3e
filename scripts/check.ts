// Runs the checks and then the tests, shows what failed and how long each took, and ends with one line that sums up.
// usage: node scripts/check.ts [--integration] [test file...]    with files, only those are run
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { judgePlanted } from './planted.ts';
import {
  countAgain,
  countRun,
  failedFiles,
  summaryLine,
  total,
  type Again,
  type Counts,
  type Report,
} from './summary.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const BIN = path.join(ROOT, 'node_modules/.bin');
const REPORTS = path.join(ROOT, 'var/test');
/** What begins every secret that tests make up; kept, as repositories are that have it for a password. */
const PLANT = path.join(ROOT, 'var/test/plant');
/** Where tests write down where they have looked for it. */
const PLANTED = path.join(ROOT, 'var/test/planted.jsonl');

interface Stage {
  name: string;
  /** A program of node_modules/.bin or of this directory, with its arguments. */
  argv: string[];
}

/** They read the code alone. What tests mount below var/ is never looked at: a mount may answer nobody. */
const CHECKS: Stage[] = [
  { name: 'format', argv: ['prettier', '--check', '--log-level', 'warn', '.', '!var'] },
  { name: 'types', argv: ['tsc'] },
  { name: 'types of the console', argv: ['tsc', '-p', 'web'] },
  { name: 'lint', argv: ['eslint', '.'] },
];
/** What the tests with real programs need, and what is left out without it; nothing is tested without the first. */
const PARTS: Array<{ parts: string[]; without?: string }> = [
  { parts: ['system', 'appliance', 'console'] },
  { parts: ['rsync'], without: 'Tests of rsync datastores' },
  { parts: ['browser'], without: 'Tests of the console in a browser' },
  { parts: ['servers'], without: 'Tests of restic datastores on servers and of PostgreSQL' },
];
/** Thousands of short-lived daemons in a few processes: with room for what is young, a third of the time is not spent on collecting it. */
const ROOMY = { NODE_OPTIONS: '--max-semi-space-size=32' };
/** What uses the processors only where nobody else wants them. */
const IDLE = ['nice', '-n', '19'];

interface Manner {
  /** Its output is shown at the end, in one piece. */
  collect?: boolean;
  /** Others go first. */
  idle?: boolean;
  env?: Record<string, string>;
}

/** Runs one stage, says how it ended and how long it took. */
function stage({ name, argv }: Stage, manner: Manner = {}): Promise<boolean> {
  const { collect = false, idle = false } = manner;
  const from = performance.now();
  const [file = '', ...options] = argv;
  const [program = '', ...rest] = [...(idle ? IDLE : []), path.join(file.includes('/') ? ROOT : BIN, file), ...options];
  const env = {
    ...process.env,
    PATH: `${BIN}${path.delimiter}${process.env['PATH'] ?? ''}`,
    ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
    ...manner.env,
  };
  const output = collect ? 'pipe' : 'inherit';
  if (!collect) console.log(`==> ${name}`);
  const child = spawn(program, rest, { cwd: ROOT, env, stdio: ['ignore', output, output] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.stdout.write(text);
      console.log(`==> ${name}: ${code === 0 ? 'ok' : 'FAILED'}, ${((performance.now() - from) / 1000).toFixed(1)} s`);
      resolve(code === 0);
    });
  });
}

/** Runs vitest with the given arguments: its report, when it left one, and whether it ended with code 0. */
async function vitest(
  name: string,
  given: string[],
  manner: Manner = {},
): Promise<{ report: Report | undefined; ok: boolean }> {
  const file = path.join(REPORTS, `${name.replaceAll(/[^\w.]+/g, '-')}.json`);
  await rm(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const ok = await stage({ name, argv: ['vitest', 'run', ...reporters, ...given] }, manner);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    console.log(`vitest left no report of the ${name}: ${String(error)}`);
    return undefined;
  });
  return { report: text === undefined ? undefined : (JSON.parse(text) as Report), ok };
}

async function tests(name: string, given: string[], manner: Manner = {}): Promise<Counts> {
  const { report, ok } = await vitest(name, given, manner);
  return countRun(report, ok);
}

function unitTests(): Promise<Counts> {
  return tests('unit tests', ['--project', 'unit'], { env: ROOMY });
}

/**
 * As `tests`, and runs the files that failed once more, each alone. Guests that are emulated on a host which others use as well sometimes do
 * not boot in time, and a disk or network of such a host sometimes stalls; a defect fails again. The summary names what passed only then.
 */
async function testsOnRealPrograms(name: string, given: string[]): Promise<Counts> {
  const { report, ok } = await vitest(name, given);
  const failed = failedFiles(report);
  if (report === undefined || failed.length === 0) return countRun(report, ok);
  console.log(`\n${failed.length} files of the ${name} failed; each is run once more, alone: ${failed.join(' ')}`);
  const again: Again[] = [];
  for (const file of failed) {
    again.push({ file, ...(await vitest(`${name} again, ${path.basename(file)}`, [...given, file])) });
  }
  return countAgain(report, again);
}

/** From here on tests use the plant of this clone, and write down where they have looked for it. */
async function plant(): Promise<void> {
  const made = `plantx${randomBytes(8).toString('hex')}`;
  // there already, when it is not the first run
  await writeFile(PLANT, made, { flag: 'wx' }).catch(() => undefined);
  process.env['ONEVAULT_PLANT'] = (await readFile(PLANT, 'utf8')).trim() || made;
  process.env['ONEVAULT_PLANTED'] = PLANTED;
  await writeFile(PLANTED, '');
}

/** Single files need not have anything to look at. */
function mustBeLookedAt(given: string[], files: string[]): Parameters<typeof judgePlanted>[1] {
  if (files.length > 0) return [];
  return ['database', 'log', 'answer', ...(given.includes('--integration') ? (['process'] as const) : [])];
}

/** Whether no secret was found where none may be. */
async function planted(required: Parameters<typeof judgePlanted>[1]): Promise<boolean> {
  // only now: it reads the plant when it is loaded
  const { lookAtLeftovers } = await import('../tests/planted/look.ts');
  lookAtLeftovers([tmpdir(), path.join(ROOT, 'var')], /^(onevault|test)-/, performance.timeOrigin);
  const { ok, lines } = judgePlanted(await readFile(PLANTED, 'utf8'), required);
  console.log(`==> planted secrets: ${ok ? 'ok' : 'FAILED'}\n${lines.map((line) => `    ${line}`).join('\n')}`);
  return ok;
}

/** The checks that failed, all at the same time. */
async function failedChecks(): Promise<string[]> {
  const ended = await Promise.all(CHECKS.map(async (check) => ({ check, ok: await stage(check, { collect: true }) })));
  return ended.filter(({ ok }) => !ok).map(({ check }) => check.name);
}

/** The same one after the other, while others wait for their guests and programs. */
async function failedBeside(): Promise<string[]> {
  const failed: string[] = [];
  for (const check of CHECKS) {
    if (!(await stage(check, { collect: true, idle: true }))) failed.push(check.name);
  }
  return failed;
}

/** Whether anything can be tested. */
async function prepared(): Promise<boolean> {
  for (const { parts, without } of PARTS) {
    if (await stage({ name: `set-up: ${parts.join(', ')}`, argv: ['scripts/setup.sh', ...parts] })) continue;
    if (without === undefined) return false;
    console.log(`${without} are left out.`);
  }
  return true;
}

async function main(given: string[]): Promise<void> {
  const files = given.filter((argument) => !argument.startsWith('-'));
  await mkdir(REPORTS, { recursive: true });
  await plant();
  const runs: Counts[] = [];
  const failed: string[] = [];
  const whole = given.includes('--integration');
  const beside = whole ? failedBeside() : Promise.resolve([]);
  beside.catch(() => undefined); // it is met when the tests have ended
  if ((whole || files.length > 0) && !(await prepared())) {
    console.log('The machine could not be prepared, so nothing was tested.');
    failed.push('set-up');
  } else if (files.length > 0) {
    runs.push(await tests('tests', files));
  } else {
    if (!whole) failed.push(...(await failedChecks()));
    runs.push(await unitTests());
    if (whole) {
      runs.push(await tests('compat tests', ['--project', 'compat'], { env: ROOMY }));
      runs.push(await testsOnRealPrograms('integration tests', ['--project', 'integration', '--project', 'console']));
    }
  }
  failed.push(...(await beside));
  if (runs.length > 0 && !(await planted(mustBeLookedAt(given, files)))) failed.push('planted secrets');
  const counts = total(runs, failed.length);
  console.log(`\n${(performance.now() / 1000).toFixed(0)} s in all`);
  if (failed.length > 0) console.log(`failed checks: ${failed.join(', ')}`);
  console.log(summaryLine(counts));
  process.exitCode = counts.failed === 0 ? 0 : 1;
}

await main(process.argv.slice(2));
