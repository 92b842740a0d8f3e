// Speaks QEMU's own protocol to a running domain, for what libvirt has no words for.
import { CODE, OneError } from '../../model/errors.ts';
import type { Virsh } from './virsh.ts';

/** One command; its answer. `attempt` completes the sentence "could not ..." of its error. */
export async function qmp(
  virsh: Virsh,
  name: string,
  attempt: string,
  execute: string,
  args: Record<string, unknown> = {},
  timeoutMs?: number,
): Promise<unknown> {
  const command = JSON.stringify({ execute, arguments: args });
  const printed = await virsh.order(attempt, 'qemu-monitor-command', name, [command], timeoutMs);
  const answer: unknown = JSON.parse(printed);
  if (typeof answer === 'object' && answer !== null && 'return' in answer) return answer.return;
  const error = typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : undefined;
  const said = typeof error === 'object' && error !== null && 'desc' in error ? String(error.desc) : printed.trim();
  throw new OneError(CODE.INTERNAL, `QEMU could not ${attempt}: ${said}`);
}
