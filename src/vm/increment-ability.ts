// Whether the changes of a VM can be backed up instead of the whole: every disk that takes part must be a qcow2 without snapshots,
// and the VM must have none either. And what ends a chain of increments, with why. Pure.
import { vectors } from '../model/attributes.ts';
import type { BackupConfig } from '../model/backup-config.ts';
import type { Vm } from '../model/vm.ts';
import { readDisks, type VmDisk } from './disks.ts';

/** Its domain would have to be defined anew whenever it is off, to stand on its newest layer or on none. */
const IMPORTED =
  'INCREMENT_MODE="SNAPSHOT" would put the disks of an imported VM on other files, and its domain stays as it is; use INCREMENT_MODE="CBT"';

/** Why increments are not possible, in words, one reason per disk; empty when they are. */
export function canIncrement(vm: Pick<Vm, 'template' | 'diskSnapshots' | 'backups' | 'imported'>): string[] {
  const taking = readDisks(vm.template).filter((disk) => takesPart(disk, vm.backups.config.backupVolatile));
  return [...obstaclesOf(vm), ...taking.flatMap((disk) => whyNotIncrement(disk, vm.diskSnapshots))];
}

/** What of the VM as a whole makes increments impossible, in words. */
export function obstaclesOf({ template, backups, imported }: Pick<Vm, 'template' | 'backups' | 'imported'>): string[] {
  const snapshots = vectors(template, 'SNAPSHOT').length > 0;
  const layers = imported === true && backups.config.incrementMode === 'SNAPSHOT';
  return [
    ...(layers ? [IMPORTED] : []),
    ...(snapshots ? ['the VM has snapshots (onevm snapshot-delete removes them)'] : []),
  ];
}

/** Why a configuration that wants increments is not possible, in words; undefined when it is, or wants none. */
export function incrementsRefused(
  vm: Pick<Vm, 'template' | 'diskSnapshots' | 'backups' | 'imported'>,
  config: BackupConfig = vm.backups.config,
): string | undefined {
  if (config.mode !== 'INCREMENT') return undefined;
  const [why] = canIncrement({ ...vm, backups: { ...vm.backups, config } });
  return why && `${why}. Use MODE="FULL".`;
}

/** Increments follow only increments that were made in the same way: what a new configuration changes of that, in words. */
export function whyChainEnds(before: BackupConfig, now: BackupConfig): string | undefined {
  if (now.mode !== before.mode) return `MODE was changed to ${now.mode}`;
  if (now.incrementMode !== before.incrementMode) return `INCREMENT_MODE was changed to ${now.incrementMode}`;
  if (now.backupVolatile === before.backupVolatile) return undefined;
  return `BACKUP_VOLATILE was changed to ${now.backupVolatile ? 'YES' : 'NO'}`;
}

/** The next backup begins a new chain, and can say why. */
export function endChain(vm: Vm, reason: string): void {
  const { backups } = vm;
  if (backups.config.incrementalBackupId === -1) return;
  backups.config.incrementalBackupId = -1;
  backups.config.lastIncrementId = -1;
  backups.chainEnded = reason;
}

/** Whether a disk is part of the VM's backups. */
export function takesPart(disk: Pick<VmDisk, 'kind'>, backupVolatile: boolean): boolean {
  return disk.kind === 'file' || (disk.kind === 'fs' && backupVolatile);
}

/** Why the changes of a disk cannot be backed up, in words. */
export function whyNotIncrement({ diskId, format }: VmDisk, all: Vm['diskSnapshots']): string[] {
  const has = all?.some((one) => one.diskId === diskId && one.snapshots.length > 0) === true;
  return [
    ...(format === 'qcow2' ? [] : [`disk ${diskId} has FORMAT="${format}", and only qcow2 notes what changes`]),
    ...(has ? [`disk ${diskId} has snapshots (onevm disk-snapshot-delete removes them)`] : []),
  ];
}
