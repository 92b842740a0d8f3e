// `onevault fsck`: says whether the records fit together, and makes anew what is derived from them.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeConfig, readConfigFile } from '../config.ts';
import { reasonOf } from '../model/errors.ts';
import { report } from './report.ts';
import { look, mend } from './run.ts';

const HELP = `onevault fsck [--config FILE] [--state DIRECTORY] [--repair]

  --config FILE      configuration file of the daemon
  --state DIRECTORY  state directory of the daemon
  --repair           make anew what can be made from the objects: columns, links, charges, leases and the next ids;
                     the daemon must not run. Without it nothing is changed, and the daemon may run
`;

/** Returns 0 when everything fits together, 1 otherwise. */
export async function main(argv: string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        config: { type: 'string' },
        state: { type: 'string' },
        repair: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const options = values.state === undefined ? {} : { state: resolve(values.state) };
    const config = makeConfig(await readConfigFile(values.config), options);
    const { records, findings, repaired } = values.repair
      ? await mend(config, config.stateDirectory)
      : await look(config);
    process.stdout.write(report(records, findings, repaired));
    return findings.length === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    return 1;
  }
}
