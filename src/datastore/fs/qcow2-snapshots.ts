// Snapshots inside a qcow2 file that no machine has open. Its format is told to qemu-img, which would otherwise guess it from bytes
// that a guest may have written.
import { run } from '../../exec/exec.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { list, maybe, object, text, understood } from '../../model/json-shape.ts';

const INFO = object({ snapshots: maybe(list(object({ name: text }))) });

export async function snapshotsOf(path: string): Promise<string[]> {
  const { stdout } = await run(['qemu-img', 'info', '--output=json', '--image-opts', imageOptions(path)]);
  return (understood(INFO, 'qemu-img info', stdout).snapshots ?? []).map(({ name }) => name);
}

export async function createSnapshot(path: string, name: string): Promise<void> {
  if ((await snapshotsOf(path)).includes(name)) return;
  await change(path, '-c', name);
}

export async function revertSnapshot(path: string, name: string): Promise<void> {
  if (!(await snapshotsOf(path)).includes(name)) {
    throw new OneError(CODE.ACTION, `${path} has no snapshot ${name} to go back to.`);
  }
  await change(path, '-a', name);
}

export async function deleteSnapshots(path: string, names: readonly string[]): Promise<void> {
  const there = await snapshotsOf(path);
  for (const name of names) if (there.includes(name)) await change(path, '-d', name);
}

async function change(path: string, what: '-c' | '-a' | '-d', name: string): Promise<void> {
  await run(['qemu-img', 'snapshot', '-q', '--image-opts', what, name, imageOptions(path)]);
}

/** A qcow2 file as QEMU's options have it; a comma in a value is doubled. */
function imageOptions(path: string): string {
  return `driver=qcow2,file.driver=file,file.filename=${path.replaceAll(',', ',,')}`;
}
