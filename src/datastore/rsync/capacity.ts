// How much room a datastore's file system has, here or on the machine that has it, and how much the datastore takes of it.
import type { Capacity } from '../../model/datastore.ts';
import { runThere, type Site } from './command.ts';
import { failure } from './failure.ts';

const MIB = 2 ** 20;
const WHAT = 'measure the space';

export async function capacityOf(site: Site): Promise<Capacity> {
  const { path } = site;
  const df = await runThere(site, { what: WHAT, commands: [['df', '-P', '-B1', '--', path]] });
  // Files may vanish while du walks: it then ends with 1 but has the sum.
  const commands = [['du', '-s', '--block-size=1M', '--', path]];
  const du = await runThere(site, { what: WHAT, commands, okCodes: [1] });
  const [, total, free] = / (\d+) +\d+ +(\d+) +\d+% /.exec(df) ?? [];
  if (total === undefined || free === undefined) {
    throw failure(WHAT, site, { code: 1, stderr: `df wrote what is not understood: ${df.slice(0, 200)}` });
  }
  return {
    totalMb: Math.floor(Number(total) / MIB),
    freeMb: Math.floor(Number(free) / MIB),
    usedMb: Number.parseInt(du, 10) || 0,
  };
}
