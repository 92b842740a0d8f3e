// `onevault appliance`: which machine reads files out of backups here, and the one that is built of Debian's packages of today.
import { parseArgs } from 'node:util';
import { reasonOf } from '../model/errors.ts';
import { buildAppliance } from './build.ts';
import { findAppliance } from './kept.ts';

const HELP = `onevault appliance [build]

  The small machine without rights that oneimage ls, cat and extract read backups in: says which one is used here.

  build      builds it anew, with Debian's kernel of today: downloads about 30 MB of packages, and installs none.
             Needs root, apt-get and busybox.
`;

export async function main(argv: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) return say(HELP, 0);
    const [word, ...more] = positionals;
    if (more.length > 0 || (word !== undefined && word !== 'build')) {
      throw new Error(`onevault appliance takes nothing or build, not ${positionals.join(' ')}.`);
    }
    if (word === 'build') await buildAppliance('anew');
    const { kernel, initrd } = await findAppliance();
    return say(`Files are read out of backups with ${kernel} and ${initrd}.\n`, 0);
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    return 1;
  }
}

function say(text: string, status: number): number {
  process.stdout.write(text);
  return status;
}
