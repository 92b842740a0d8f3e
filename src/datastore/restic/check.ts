// Looks whether a repository is whole: that every snapshot, tree and blob is there, and that a part of its data can be read and is what it was.
// It needs the repository for itself, so it never waits for others and gives way when it is stopped.
import type { Checked, CheckOptions } from '../backup-store.ts';
import { patiently, runRestic } from './command.ts';
import type { ResticConfig } from './config.ts';
import { ResticError } from './failure.ts';
import { readProblems } from './output.ts';
import { LOW_PRIORITY, NO_PATIENCE } from './prune.ts';

/** Throws when it could not be looked at. */
export async function checkRepository(config: ResticConfig, { part, parts, signal }: CheckOptions): Promise<Checked> {
  const low = { ...config, prefix: LOW_PRIORITY };
  const args = ['check', `--read-data-subset=${part}/${parts}`];
  try {
    await patiently(config, NO_PATIENCE, signal, () => {
      return runRestic({ config: low, what: 'check the backups', args, signal });
    });
    return { problems: [] };
  } catch (error) {
    // what stands in the way of looking is no problem of what is stored
    if (signal.aborted || !(error instanceof ResticError) || error.trouble !== 'other') throw error;
    const problems = readProblems(error.said);
    return { problems: problems.length === 0 ? [error.message] : problems };
  }
}
