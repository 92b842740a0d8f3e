import { describe, expect, it } from 'vitest';
import { confinementPlan, readControlGroups } from './confinement.ts';

const ALL = { cpuPercent: 150, memoryMb: 512, readIops: 100, writeIops: 50 };
const V2 = { version: 2, root: '/sys/fs/cgroup', controllers: ['cpu', 'memory', 'io'] } as const;

describe('limits of a datastore', () => {
  it('are files of one group in version 2', () => {
    const plan = confinementPlan(100, ALL, V2, '8:0');
    const group = '/sys/fs/cgroup/onevault-backup-100';
    expect(plan).toMatchObject({ directories: [group], joins: [`${group}/cgroup.procs`], unmet: [] });
    expect(plan.writes).toEqual([
      ['/sys/fs/cgroup/cgroup.subtree_control', '+cpu'],
      [`${group}/cpu.max`, '150000 100000'],
      ['/sys/fs/cgroup/cgroup.subtree_control', '+memory'],
      [`${group}/memory.max`, '536870912'],
      ['/sys/fs/cgroup/cgroup.subtree_control', '+io'],
      [`${group}/io.max`, '8:0 riops=100'],
      ['/sys/fs/cgroup/cgroup.subtree_control', '+io'],
      [`${group}/io.max`, '8:0 wiops=50'],
    ]);
  });

  it('are files of a group for each controller in version 1', () => {
    const trees = { cpu: '/sys/fs/cgroup/cpu', memory: '/sys/fs/cgroup/memory', blkio: '/sys/fs/cgroup/blkio' };
    const plan = confinementPlan(7, ALL, { version: 1, trees }, '254:0');
    expect(plan.directories).toEqual(Object.values(trees).map((tree) => `${tree}/onevault-backup-7`));
    expect(plan.joins).toEqual(plan.directories.map((directory) => `${directory}/cgroup.procs`));
    expect(plan.writes).toEqual([
      ['/sys/fs/cgroup/cpu/onevault-backup-7/cpu.cfs_period_us', '100000'],
      ['/sys/fs/cgroup/cpu/onevault-backup-7/cpu.cfs_quota_us', '150000'],
      ['/sys/fs/cgroup/memory/onevault-backup-7/memory.limit_in_bytes', '536870912'],
      ['/sys/fs/cgroup/blkio/onevault-backup-7/blkio.throttle.read_iops_device', '254:0 100'],
      ['/sys/fs/cgroup/blkio/onevault-backup-7/blkio.throttle.write_iops_device', '254:0 50'],
    ]);
  });

  it('that cannot be kept are told, and the others are kept', () => {
    expect(confinementPlan(1, ALL, { ...V2, controllers: ['cpu'] }, undefined).unmet).toEqual([
      'RESTIC_MEMORY_MAX_MB="512" cannot be kept: this machine has no control groups with the controller memory',
      'RESTIC_MAX_RIOPS="100" cannot be kept: the repository is on no disk of this machine',
      'RESTIC_MAX_WIOPS="50" cannot be kept: the repository is on no disk of this machine',
    ]);
    expect(confinementPlan(1, { cpuPercent: 10 }, { version: 1, trees: {} }, '8:0').unmet).toEqual([
      'RESTIC_CPU_QUOTA="10" cannot be kept: this machine has no control groups with the controller cpu',
    ]);
    const nothing = confinementPlan(1, { cpuPercent: 10 }, undefined, '8:0');
    expect(nothing).toMatchObject({ directories: [], writes: [], joins: [] });
    expect(nothing.unmet).toEqual(['RESTIC_CPU_QUOTA="10" cannot be kept: this machine has no control groups']);
  });
});

describe('the control groups of a machine', () => {
  const line = (at: string, type: string, options: string): string => `x ${at} ${type} ${options} 0 0`;

  it.each([
    ['version 2', [line('/sys/fs/cgroup', 'cgroup2', 'rw')], V2],
    [
      'version 1, with an empty tree of version 2 beside it',
      [
        line('/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'),
        line('/sys/fs/cgroup/memory', 'cgroup', 'rw,memory'),
        line('/sys/fs/cgroup/unified', 'cgroup2', 'rw'),
      ],
      { version: 1, trees: { cpu: '/sys/fs/cgroup/cpu,cpuacct', memory: '/sys/fs/cgroup/memory' } },
    ],
    ['none', [line('/proc', 'proc', 'rw')], undefined],
  ])('are of %s', (_what, mounts, groups) => {
    expect(readControlGroups(mounts.join('\n'), () => V2.controllers)).toEqual(groups);
  });
});
