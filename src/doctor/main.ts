// `onevault doctor`: says whether this machine can run OneVault, and how to mend what is missing. Changes nothing.
import { parseArgs } from 'node:util';
import { CONFIG_FILE, makeConfig, readConfigFile } from '../config.ts';
import { reasonOf } from '../model/errors.ts';
import { judge } from './checks.ts';
import { collect } from './collect.ts';
import { report } from './report.ts';

const HELP = `onevault doctor [--config FILE] [--state DIRECTORY] [--uri URI] [--json]

  --config FILE      configuration file of the daemon (default ${CONFIG_FILE}, if it exists)
  --state DIRECTORY  state directory of the daemon
  --uri URI          libvirt's address (default qemu:///system)
  --json             the findings as JSON
`;

/** Returns 0 when nothing failed, 1 otherwise; warnings do not count. */
export async function main(argv: string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        config: { type: 'string' },
        state: { type: 'string' },
        uri: { type: 'string', default: 'qemu:///system' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) return say(HELP, 0);
    const options = values.state === undefined ? {} : { state: values.state };
    const { stateDirectory } = makeConfig(await readConfigFile(values.config), options);
    const findings = judge(await collect(stateDirectory, values.uri));
    const status = findings.some(({ verdict }) => verdict === 'failed') ? 1 : 0;
    return say(values.json ? `${JSON.stringify(findings, null, 2)}\n` : report(findings), status);
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n${HELP}`);
    return 1;
  }
}

function say(text: string, status: number): number {
  process.stdout.write(text);
  return status;
}
