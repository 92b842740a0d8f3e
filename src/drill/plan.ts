// Decides what machine a drill boots: which disks out of which snapshots, and what of the VM's template it is made from. Pure. Whatever
// reaches outside of the machine is left out, and said to be.
import { field, text, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import type { DrillCondition, DrillWish } from '../model/drill.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Image } from '../model/image.ts';
import type { DrillMachineTask } from '../model/tasks/drill.ts';
import { servedDisks } from '../restore/plan.ts';

const MIB = 1024 * 1024;
const USUAL_MEMORY_MB = 512;
/** What the machine is made from; an identity that is not its own stays behind. */
const KEPT: ReadonlyArray<[name: string, without: readonly string[]]> = [
  ['OS', ['UUID']],
  ['FEATURES', []],
  ['CPU_MODEL', []],
];
/** What a VM may have that leads out of it, or that nobody can vouch for. */
const OUTSIDE = [
  'NIC',
  'NIC_ALIAS',
  'PCI',
  'USB',
  'RAW',
  'FILESYSTEM',
  'GRAPHICS',
  'INPUT',
  'VIDEO',
  'EMULATOR',
  'TPM',
];

export interface DrillPlan {
  machine: Omit<DrillMachineTask, 'kvm'>;
  /** What the machine lacks, in words; empty when it has all that the VM had. */
  leftOut: string;
}

/** Throws a OneError (ACTION) when the point cannot be booted. */
export function planDrill(image: Image, pointId: number, { memoryMb }: Pick<DrillWish, 'memoryMb'>): DrillPlan {
  const vm = image.points.find(({ id }) => id === pointId)?.vmTemplate ?? [];
  const stored = servedDisks(image, pointId);
  const had = Number(text(vm, 'MEMORY') ?? USUAL_MEMORY_MB);
  const disks = disksOf(vm, stored);
  return {
    machine: {
      memoryMb: memoryMb === undefined ? had : Math.min(had, memoryMb),
      vcpu: Number(text(vm, 'VCPU') ?? 1),
      disks,
      template: machineTemplate(vm),
    },
    leftOut: leftOut(vm, disks.length),
  };
}

/** OS, FEATURES and CPU_MODEL: nothing else of a VM's template shapes the machine of a drill. */
export function machineTemplate(vm: Attributes): Attributes {
  return KEPT.flatMap(([name, without]) => {
    const [vector] = vectors(vm, name);
    return vector ? [[name, vector.filter(([key]) => !without.includes(key))] satisfies Attributes[number]] : [];
  });
}

/** Conditions with programs as paths. Throws when nobody has said where programs may be. */
export function withPrograms(conditions: readonly DrillCondition[], directory: string | undefined): DrillCondition[] {
  return conditions.map((condition) => {
    if (condition.kind !== 'script') return condition;
    if (directory !== undefined) return { kind: 'script', script: `${directory}/${condition.script}` };
    throw new OneError(CODE.ACTION, `The drill cannot run ${condition.script}: no program may be run by drills here.`, {
      hint: 'An administrator can name a directory for them: DRILL_SCRIPTS="/etc/onevault/drills" in the configuration.',
    });
  });
}

type Stored = ReturnType<typeof servedDisks>;

/** Disks that are not in the backup are there, but empty, so that those after them keep their names; CD drives are left out. */
function disksOf(vm: Attributes, stored: Stored): DrillMachineTask['disks'] {
  const listed = vectors(vm, 'DISK').filter((disk) => diskIdOf(disk) !== undefined);
  const unlisted = stored.filter(({ stored: { diskId } }) => !listed.some((disk) => diskIdOf(disk) === diskId));
  const taken = new Set(listed.flatMap((disk) => field(disk, 'TARGET') || []));
  const machine = listed.flatMap((disk) => {
    const diskId = diskIdOf(disk) ?? -1;
    const target = field(disk, 'TARGET') || freeTarget(taken);
    const found = stored.find((one) => one.stored.diskId === diskId);
    if (found) return [{ diskId, target, virtualBytes: found.stored.virtualBytes, members: found.members }];
    const sizeMb = Number(field(disk, 'SIZE') ?? 0);
    const empty = { diskId, target, virtualBytes: sizeMb * MIB, members: [] };
    return isCdrom(disk) || !(sizeMb > 0) ? [] : [empty];
  });
  const rest = unlisted.map(({ stored: { diskId, virtualBytes }, members }) => ({
    ...{ diskId, virtualBytes, members },
    target: freeTarget(taken),
  }));
  return [...machine, ...rest];
}

function leftOut(vm: Attributes, disks: number): string {
  const counted = OUTSIDE.flatMap((name) => {
    const count = vm.filter(([key]) => key === name).length;
    return count === 0 ? [] : [count === 1 ? name : `${count} ${name}`];
  });
  const drives = vectors(vm, 'DISK').length - disks;
  return [...counted, ...(drives > 0 ? [`${drives} CD drive${drives === 1 ? '' : 's'}`] : [])].join(', ');
}

function diskIdOf(disk: Vector): number | undefined {
  const id = field(disk, 'DISK_ID') ?? '';
  return /^\d{1,9}$/.test(id) ? Number(id) : undefined;
}

function isCdrom(disk: Vector): boolean {
  return (field(disk, 'TYPE') ?? '').toUpperCase() === 'CDROM';
}

function freeTarget(taken: Set<string>): string {
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => `vd${letter}`);
  const free = letters.find((target) => !taken.has(target));
  if (free === undefined) throw new OneError(CODE.ACTION, 'The backup has more disks than a drill can boot.');
  taken.add(free);
  return free;
}
