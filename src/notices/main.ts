// `onevault notices test`: sends a notice of a run that never was in every configured way, or the one that is named, and says how that went.
import { parseArgs } from 'node:util';
import { CONFIG_FILE, makeConfig, readConfigFile } from '../config.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { testNotice } from './notice.ts';
import type { Way } from './way.ts';
import { waysOf } from './ways.ts';

const HELP = `onevault notices test [NAME] [--config FILE]

  Sends a test notice to each HOOK, WEBHOOK and MAIL of the configuration, or to the one called NAME, whatever its ON and KIND.

  --config FILE      configuration file of the daemon (default ${CONFIG_FILE}, if it exists)
`;

/** Returns 0 when all was told, 1 otherwise. */
export async function main(argv: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) return say(HELP, 0);
    const [subcommand, name, ...surplus] = positionals;
    if (subcommand !== 'test' || surplus.length > 0) {
      process.stderr.write(HELP);
      return 1;
    }
    const ways = chosen(waysOf(makeConfig(await readConfigFile(values.config), {}).notices), name);
    let failures = 0;
    for (const way of ways) failures += await tried(way);
    return failures === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    return 1;
  }
}

function chosen(ways: Way[], name: string | undefined): Way[] {
  const found = ways.filter(({ selection }) => name === undefined || selection.name === name);
  if (found.length > 0) return found;
  const names = ways.map(({ selection }) => selection.name).join(', ');
  const why = names === '' ? 'it has no HOOK, WEBHOOK or MAIL' : `nothing is called ${name}; there are ${names}`;
  throw new OneError(CODE.ACTION, `The configuration has nobody to tell: ${why}.`);
}

/** The number of failures. */
async function tried(way: Way): Promise<number> {
  const what = `${way.kind} ${way.selection.name}`;
  try {
    await way.check();
    await way.tell([testNotice(Date.now())], new AbortController().signal);
    return say(`${what}: told\n`, 0);
  } catch (error) {
    return say(`${what}: FAILED: ${reasonOf(error)}\n`, 1);
  }
}

function say(text: string, status: number): number {
  process.stdout.write(text);
  return status;
}
