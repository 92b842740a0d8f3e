// Which of QEMU's block nodes is a disk of the domain. Pure.

export interface BlockNode {
  name: string;
  /** QEMU's name of its format, like qcow2. */
  format: string;
}

/** The node behind the device that libvirt calls `alias`, from the answer to `query-block`. */
export function deviceOf(answer: unknown, alias: string): BlockNode | undefined {
  if (!Array.isArray(answer) || alias === '') return undefined;
  for (const block of answer as unknown[]) {
    if (!isRecord(block) || typeof block.qdev !== 'string' || !block.qdev.split('/').includes(alias)) continue;
    const medium = block.inserted;
    if (!isRecord(medium) || typeof medium['node-name'] !== 'string') return undefined;
    return { name: medium['node-name'], format: String(medium.drv) };
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
