// What is scheduled on a VM.
import type { Vm } from '../../api/documents.ts';
import { ScheduleEditor } from '../../parts/schedule-editor.tsx';
import { useRights } from '../../parts/use-rights.ts';

export function VmSchedule({ vm }: { vm: Vm }) {
  const { may, rightsOf } = useRights('vm', [vm], ({ ID }) => ID);
  const mayChange = may('one.vm.schedadd') && (rightsOf(vm)?.includes('MANAGE') ?? false);
  return <ScheduleEditor of="vm" id={vm.ID} entries={vm.TEMPLATE.SCHED_ACTION} mayChange={mayChange} />;
}
