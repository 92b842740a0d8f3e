// A point that is booted to see whether it does, as the mover is told of it and answers.
import type { Attributes } from '../attributes.ts';
import type { BackupStoreConfig } from '../backup-store-config.ts';
import type { DrillCondition } from '../drill.ts';
import type { HypervisorConfig } from '../hypervisor-config.ts';
import type { ServedDisk } from './served-disk.ts';

/** A machine that is booted from a point and thrown away. */
export interface DrillMachineTask {
  memoryMb: number;
  vcpu: number;
  kvm: boolean;
  /** Without members it is empty, so that the disks after it keep their names. */
  disks: Array<ServedDisk & { target: string; virtualBytes: number }>;
  /** OS, FEATURES and CPU_MODEL alone. */
  template: Attributes;
}

/** Boots a point on disks that are thrown away and waits for a sign of life. Nothing of the backup is changed. */
export interface DrillTask {
  kind: 'drill';
  operationId: string;
  store: BackupStoreConfig;
  hypervisor: HypervisorConfig;
  machine: DrillMachineTask;
  /** Private directory of this run: sockets, what the store shows, overlays, the console's log. */
  directory: string;
  /** Any of them proves the backup. A script is the absolute path of a program, and `env` is added to what it is told. */
  conditions: DrillCondition[];
  env: Record<string, string>;
  timeoutSec: number;
  /** File that the last screen is kept in, as PNG. */
  screen: string;
}

export interface DrillResult {
  /** What came true, in words; empty when nothing did. */
  by: string;
  /** Epoch milliseconds of the answer, or of the end. */
  endedAt: number;
  /** Why nothing came true; empty when something did. */
  reason: string;
  /** Whether the screen was kept. */
  screen: boolean;
  warnings: string[];
  peakRssBytes: number;
}
