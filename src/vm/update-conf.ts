// What one.vm.updateconf changes of a VM: the parts of its template that take effect at its next boot, and how it is backed up.
// Pure.
import { field, merge, vectors, type Attributes } from '../model/attributes.ts';
import { DEFAULT_BACKUP_CONFIG, readBackupConfig, type BackupConfig } from '../model/backup-config.ts';
import { CODE, OneError } from '../model/errors.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { refuseTexts } from './allocate.ts';
import { endChain, incrementsRefused, whyChainEnds } from './increment-ability.ts';
import { stateName } from './states.ts';

const UPDATABLE = new Set(['OS', 'FEATURES', 'INPUT', 'GRAPHICS', 'VIDEO', 'RAW', 'CONTEXT', 'CPU_MODEL']);
const STATES = new Set<number>([VM_STATE.PENDING, VM_STATE.HOLD, VM_STATE.POWEROFF, VM_STATE.UNDEPLOYED]);
/** LCM states of an active VM in which nothing reads the configuration. */
const LCM_STATES = new Set<number>([
  LCM.LCM_INIT,
  LCM.RUNNING,
  LCM.UNKNOWN,
  LCM.SHUTDOWN,
  LCM.SHUTDOWN_POWEROFF,
  LCM.BOOT_FAILURE,
  LCM.PROLOG_FAILURE,
  LCM.EPILOG_FAILURE,
  LCM.BOOT_UNDEPLOY_FAILURE,
  LCM.BOOT_STOPPED_FAILURE,
  LCM.PROLOG_MIGRATE_FAILURE,
  LCM.PROLOG_UNDEPLOY_FAILURE,
  LCM.PROLOG_RESUME_FAILURE,
]);

/** Changes the VM; `append` merges with what it has, otherwise BACKUP_CONFIG is replaced by what is given, if one is. */
export function updateConf(vm: Vm, given: Attributes, append: boolean): void {
  if (!(vm.state === VM_STATE.ACTIVE ? LCM_STATES.has(vm.lcmState) : STATES.has(vm.state))) {
    const state = stateName(vm.state, vm.lcmState);
    throw new OneError(
      CODE.INTERNAL,
      `Virtual machine ${vm.id} is in state ${state}: its configuration cannot be changed now.`,
      { objectId: vm.id },
    );
  }
  refuseTexts(given, ['BACKUP_CONFIG']);
  const backup = vectors(given, 'BACKUP_CONFIG')[0];
  if (backup) {
    const before = vm.backups.config;
    const kept = { ...DEFAULT_BACKUP_CONFIG, ...pointers(before) };
    const config = readBackupConfig(backup, append ? before : kept);
    refuseIncrement(vm, config, field(backup, 'MODE') !== undefined);
    vm.backups = { ...vm.backups, configured: true, config };
    const ended = whyChainEnds(before, config);
    if (ended !== undefined) endChain(vm, ended);
  }
  const changes = given.filter(([name]) => UPDATABLE.has(name));
  vm.template = merge(vm.template, changes);
}

function pointers({ incrementalBackupId, lastIncrementId, backupJobId }: BackupConfig): Partial<BackupConfig> {
  return { incrementalBackupId, lastIncrementId, ...(backupJobId !== undefined && { backupJobId }) };
}

/** `asked` says that MODE was given. A VM that cannot do increments any more may have the rest of its configuration changed all the same. */
function refuseIncrement(vm: Vm, config: BackupConfig, asked: boolean): void {
  const why = incrementsRefused(vm, config);
  if (why === undefined || (!asked && incrementsRefused(vm) !== undefined)) return;
  throw new OneError(
    CODE.INTERNAL,
    `BACKUP_CONFIG/MODE="INCREMENT" is not possible for virtual machine ${vm.id}: ${why}`,
    { objectId: vm.id },
  );
}
