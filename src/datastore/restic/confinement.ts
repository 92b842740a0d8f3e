// What has to be written where so that the kernel keeps the restics of a datastore within its limits, with control groups of either version,
// and in words what cannot be kept. Pure. One group for a datastore on a machine: its runs share the limits.
import type { Confinement } from './limits.ts';

/** The control groups of a machine: version 2 in one tree, version 1 with a tree for each controller. */
export type ControlGroups =
  | { version: 2; root: string; controllers: readonly string[] }
  | { version: 1; trees: Readonly<Record<string, string>> };

export interface ConfinementPlan {
  /** Made when they are missing. */
  directories: string[];
  /** In this order; the text goes into the file as it is. */
  writes: ReadonlyArray<readonly [file: string, text: string]>;
  /** Files that take the id of a process. */
  joins: string[];
  /** Limits that cannot be kept, with the reason. */
  unmet: string[];
}

const PERIOD_US = 100_000;

/** `device` is the disk that has the repository, as major:minor; undefined when there is none on this machine. */
export function confinementPlan(
  datastoreId: number,
  limits: Confinement,
  groups: ControlGroups | undefined,
  device: string | undefined,
): ConfinementPlan {
  const wanted = wants(limits, device);
  const plan: ConfinementPlan = { directories: [], writes: [], joins: [], unmet: [] };
  const writes: Array<readonly [string, string]> = [];
  for (const want of wanted) {
    const place = placeOf(want, groups, datastoreId);
    if (typeof place === 'string') {
      plan.unmet.push(`${want.attribute} cannot be kept: ${place}`);
      continue;
    }
    if (!plan.directories.includes(place.directory)) {
      plan.directories.push(place.directory);
      plan.joins.push(`${place.directory}/cgroup.procs`);
    }
    writes.push(...place.before, ...place.files.map(([file, text]) => [`${place.directory}/${file}`, text] as const));
  }
  return { ...plan, writes };
}

interface Want {
  attribute: string;
  v2: { controller: string; files: ReadonlyArray<readonly [string, string]> };
  v1: { controller: string; files: ReadonlyArray<readonly [string, string]> };
  /** Why it cannot be kept anywhere. */
  impossible?: string;
}

function wants({ cpuPercent, memoryMb, readIops, writeIops }: Confinement, device: string | undefined): Want[] {
  const all: Want[] = [];
  if (cpuPercent !== undefined) {
    const quota = String((cpuPercent * PERIOD_US) / 100);
    all.push({
      attribute: `RESTIC_CPU_QUOTA="${cpuPercent}"`,
      v2: { controller: 'cpu', files: [['cpu.max', `${quota} ${PERIOD_US}`]] },
      v1: {
        controller: 'cpu',
        files: [
          ['cpu.cfs_period_us', String(PERIOD_US)],
          ['cpu.cfs_quota_us', quota],
        ],
      },
    });
  }
  if (memoryMb !== undefined) {
    const bytes = String(memoryMb * 2 ** 20);
    all.push({
      attribute: `RESTIC_MEMORY_MAX_MB="${memoryMb}"`,
      v2: { controller: 'memory', files: [['memory.max', bytes]] },
      v1: { controller: 'memory', files: [['memory.limit_in_bytes', bytes]] },
    });
  }
  for (const [attribute, count, v2, v1] of [
    ['RESTIC_MAX_RIOPS', readIops, 'riops', 'read'],
    ['RESTIC_MAX_WIOPS', writeIops, 'wiops', 'write'],
  ] as const) {
    if (count === undefined) continue;
    all.push({
      attribute: `${attribute}="${count}"`,
      v2: { controller: 'io', files: [['io.max', `${device ?? ''} ${v2}=${count}`]] },
      v1: { controller: 'blkio', files: [[`blkio.throttle.${v1}_iops_device`, `${device ?? ''} ${count}`]] },
      ...(device === undefined ? { impossible: 'the repository is on no disk of this machine' } : {}),
    });
  }
  return all;
}

interface Place {
  directory: string;
  /** What lets the group have the controller. */
  before: ReadonlyArray<readonly [string, string]>;
  files: ReadonlyArray<readonly [string, string]>;
}

/** A text says why there is none. */
function placeOf({ v1, v2, impossible }: Want, groups: ControlGroups | undefined, datastoreId: number): Place | string {
  if (impossible !== undefined) return impossible;
  if (groups === undefined) return 'this machine has no control groups';
  const name = `onevault-backup-${datastoreId}`;
  if (groups.version === 1) {
    const tree = groups.trees[v1.controller];
    if (tree === undefined) return `this machine has no control groups with the controller ${v1.controller}`;
    return { directory: `${tree}/${name}`, before: [], files: v1.files };
  }
  if (!groups.controllers.includes(v2.controller)) {
    return `this machine has no control groups with the controller ${v2.controller}`;
  }
  const before = [[`${groups.root}/cgroup.subtree_control`, `+${v2.controller}`]] as const;
  return { directory: `${groups.root}/${name}`, before, files: v2.files };
}

/** What /proc/self/mounts says of control groups; `controllersOf` gives those of a version 2 tree. */
export function readControlGroups(
  mounts: string,
  controllersOf: (root: string) => readonly string[],
): ControlGroups | undefined {
  const rows = mounts.split('\n').map((line) => line.split(' '));
  const trees: Record<string, string> = {};
  for (const [, at = '', type, options = ''] of rows) {
    if (type !== 'cgroup') continue;
    for (const option of options.split(',')) if (['cpu', 'memory', 'blkio'].includes(option)) trees[option] ??= at;
  }
  if (Object.keys(trees).length > 0) return { version: 1, trees };
  const [, root] = rows.find(([, , type]) => type === 'cgroup2') ?? [];
  return root === undefined ? undefined : { version: 2, root, controllers: controllersOf(root) };
}
