// How much CPU and memory a VM has, changed while it is off. Pure.
import { text, withText, type Attributes } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { VM_STATE, type Vm } from '../model/vm.ts';
import { refuseWithSnapshots } from './states.ts';

const SHAPES = { CPU: /^\d+(\.\d+)?$/, MEMORY: /^\d+$/, VCPU: /^\d+$/ } as const;

/** What VMs take of a host: hundredths of a core and MB. */
export interface Share {
  cpu: number;
  memoryMb: number;
}

/** Sets CPU, VCPU and MEMORY as the template says; what it leaves out, or gives as 0, stays. */
export function resizeVm(vm: Vm, given: Attributes): void {
  if (vm.state === VM_STATE.ACTIVE) {
    throw new OneError(
      CODE.ACTION,
      `Virtual machine ${vm.id} runs: resize is possible in PENDING, HOLD, POWEROFF and UNDEPLOYED; power it off first.`,
      { objectId: vm.id },
    );
  }
  refuseWithSnapshots(vm, 'resizing it');
  let changed = false;
  for (const [name, shape] of Object.entries(SHAPES)) {
    const value = text(given, name) ?? '';
    if (value === '' || Number(value) === 0) continue;
    if (!shape.test(value))
      throw new OneError(CODE.ACTION, `${name}="${value}" is not right; it must be a number above 0.`);
    vm.template = withText(vm.template, name, value);
    changed = true;
  }
  if (changed) return;
  throw new OneError(
    CODE.ACTION,
    'The template has neither CPU, VCPU nor MEMORY above 0, so there is nothing to resize.',
  );
}

/** Throws when the VM takes more of its host than is left for it. `before` is what it had, `others` what the other VMs have. */
export function refuseOverHost(vm: Vm, host: Host, before: Share, others: Share): void {
  const { cpu, memoryMb } = shareOf(vm.template);
  const leftCpu = Math.max(0, host.totalCpu - others.cpu);
  const leftMb = Math.max(0, Math.floor(host.totalMemKb / 1024) - others.memoryMb);
  const where = `host ${host.id} (${host.name}) has`;
  const why =
    cpu > before.cpu && cpu > leftCpu
      ? `CPU="${cpu / 100}": ${where} ${leftCpu / 100} left for it`
      : memoryMb > before.memoryMb && memoryMb > leftMb
        ? `MEMORY="${memoryMb}": ${where} ${leftMb} MB left for it`
        : undefined;
  if (why === undefined) return;
  throw new OneError(CODE.ACTION, `Virtual machine ${vm.id} cannot have ${why}.`, {
    objectId: vm.id,
    hint: 'Administrators may overcommit a host: without --enforce.',
  });
}

export function shareOf(template: Attributes): Share {
  return {
    cpu: Math.round(Number(text(template, 'CPU') ?? 0) * 100),
    memoryMb: Number(text(template, 'MEMORY') ?? 0),
  };
}
