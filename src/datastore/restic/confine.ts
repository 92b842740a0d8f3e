// Puts a restic into the control group of its datastore. What the kernel refuses is a limit that is not kept, which is told; the backup is
// taken all the same.
import { existsSync, mkdirSync, readFileSync, realpathSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { reasonOf } from '../../model/errors.ts';
import type { ResticConfig } from './config.ts';
import { confinementPlan, readControlGroups, type ControlGroups } from './confinement.ts';

/** The process and what it starts later is confined. Returns in words which limits are not kept. */
export function confine(
  config: Pick<ResticConfig, 'datastoreId' | 'confinement' | 'transport'>,
  pid: number,
): string[] {
  const { datastoreId, confinement, transport } = config;
  if (Object.keys(confinement).length === 0) return [];
  const plan = confinementPlan(datastoreId, confinement, controlGroups(), diskOf(transport.local));
  const unmet = [...plan.unmet];
  const attempt = (what: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      unmet.push(`${what}: ${reasonOf(error)}`);
    }
  };
  for (const directory of plan.directories) {
    attempt('a limit cannot be kept', () => mkdirSync(directory, { recursive: true }));
    removeAtExit(directory);
  }
  for (const [file, text] of plan.writes) {
    attempt(`a limit cannot be kept (${text})`, () => writeFileSync(file, text));
  }
  for (const file of plan.joins) attempt('restic cannot be confined', () => writeFileSync(file, String(pid)));
  return unmet;
}

function controlGroups(): ControlGroups | undefined {
  return readControlGroups(readFileSync('/proc/self/mounts', 'utf8'), (root) =>
    readFileSync(`${root}/cgroup.controllers`, 'utf8').trim().split(' '),
  );
}

/** The whole disk that has a directory: limits are for disks, not for their partitions. */
function diskOf(directory: string | undefined): string | undefined {
  if (directory === undefined) return undefined;
  const at = [directory, dirname(directory)].find(existsSync);
  if (at === undefined) return undefined;
  const { dev } = statSync(at);
  const number = `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
  const link = `/sys/dev/block/${number}`;
  if (!existsSync(link)) return undefined;
  const block = realpathSync(link);
  if (!existsSync(`${block}/partition`)) return number;
  return readFileSync(`${dirname(block)}/dev`, 'utf8').trim();
}

const left = new Set<string>();

/** A group goes with the last process that is in it. */
function removeAtExit(directory: string): void {
  if (left.has(directory)) return;
  left.add(directory);
  process.once('exit', () => {
    try {
      rmdirSync(directory);
    } catch {
      // others are in it, or it could not be made
    }
  });
}
