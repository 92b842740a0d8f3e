// What the charts of runs show: so many days, of all VMs or of one. Pure.

export interface View {
  days: number;
  vm: number;
}

export const ALL_VMS = -1;
export const DAYS = [7, 30, 90] as const;
const USUAL: View = { days: 30, vm: ALL_VMS };

export function viewOf(text: string | undefined): View {
  const [, days, vm] = /^(\d{1,3})(?:-(\d{1,9}))?$/.exec(text ?? '') ?? [];
  if (days === undefined || !DAYS.some((each) => each === Number(days))) return USUAL;
  return { days: Number(days), vm: vm === undefined ? ALL_VMS : Number(vm) };
}

export function viewText({ days, vm }: View): string {
  return vm === ALL_VMS ? String(days) : `${days}-${vm}`;
}
