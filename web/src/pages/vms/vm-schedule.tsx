// What is scheduled on a VM.
import type { Vm } from '../../api/documents.ts';
import { Empty } from '../../parts/empty.tsx';
import { texts } from '../../texts/index.ts';

export function VmSchedule({ vm }: { vm: Vm }) {
  if (vm.TEMPLATE.SCHED_ACTION.length === 0) return <Empty title={texts.vms.tabs.schedule} />;
  return null;
}
