// Builds the test guest once, before the files that use it start side by side, and looks at the arguments of all programs while they run.
import { join } from 'node:path';
import { watchProcesses } from '../planted/processes.ts';
import { buildGuest } from './build.ts';

export async function setup(): Promise<(() => void) | undefined> {
  await buildGuest(join(import.meta.dirname, '../../var/guest'));
  // a file that is run alone has the plant of everybody who runs one alone, so what others start would be taken for its own
  return process.env['ONEVAULT_PLANT'] === undefined ? undefined : watchProcesses();
}
