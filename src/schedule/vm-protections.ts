// Whether VMs have the backups that were asked for, as it is shown: with the reason, and when the next one is due.
import { PROTECTION_KINDS, type ProtectionKind, type VmProtection } from '../model/vm-protection.ts';
import type { Filter } from '../store/store.ts';
import type { Looked, Overview } from './overview.ts';
import { GAPS } from './protection.ts';

/** In batches. Of one kind, a page is counted in VMs of that kind. */
export async function* vmProtections(
  overview: Pick<Overview, 'vms'>,
  filter: Filter,
  kind: ProtectionKind | undefined,
  nowSec: number,
): AsyncGenerator<VmProtection[], void, undefined> {
  if (kind === undefined) {
    for await (const batch of overview.vms(filter)) yield batch.map((looked) => protectionOfVm(looked, nowSec));
    return;
  }
  const { offset = 0, limit = Infinity, ...all } = filter;
  let toSkip = offset;
  let left = limit;
  for await (const batch of overview.vms(all)) {
    const found = batch.map((looked) => protectionOfVm(looked, nowSec)).filter((one) => one.kind === kind);
    const page = found.slice(toSkip, toSkip + left);
    toSkip = Math.max(0, toSkip - found.length);
    left -= page.length;
    if (page.length > 0) yield page;
    if (left <= 0) return;
  }
}

export function protectionOfVm(looked: Looked, nowSec: number): VmProtection {
  const { vm, pointSec = 0, schedules, jobId, demandSec, protection } = looked;
  const coming = schedules.map(({ timeSec }) => timeSec);
  const kind: ProtectionKind = protection.kind === 'good' ? 'protected' : protection.kind;
  return {
    ...{ vm, kind, pointSec, jobId, schedules: schedules.length },
    reason: reasonOf(looked, nowSec),
    limitSec: (demandSec ?? 0) * GAPS,
    nextSec: coming.length === 0 ? 0 : Math.min(...coming),
  };
}

function reasonOf({ pointSec, schedules, demandSec, protection }: Looked, nowSec: number): string {
  if (protection.kind === 'unprotected') return 'it has no backup, and nothing is scheduled that makes one';
  if (protection.kind === 'overdue') {
    const { sinceSec, limitSec } = protection;
    const late = spanText(nowSec - sinceSec);
    const asked = `its schedules ask for one within ${spanText(limitSec)}`;
    return pointSec === undefined
      ? `it has no backup after ${late}; ${asked}`
      : `its last backup is ${late} old; ${asked}`;
  }
  if (schedules.length === 0) return 'nothing is scheduled: its backup is not followed by others';
  if (demandSec === undefined) return 'nothing that is scheduled repeats';
  return pointSec === undefined ? 'its first backup is still to come' : '';
}

/** `26 h`, `3 days`: two figures say enough. */
function spanText(sec: number): string {
  const hours = Math.round(sec / 3600);
  return hours < 72 ? `${Math.max(1, hours)} h` : `${Math.round(hours / 24)} days`;
}

/** Whether a text is one of the kinds. */
export function isProtectionKind(kind: string): kind is ProtectionKind {
  return PROTECTION_KINDS.some((known) => known === kind);
}
