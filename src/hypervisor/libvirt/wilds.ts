// Looks at the domains that OneVault did not make: two calls of virsh for many of them, and nothing is changed.
import type { WildDomain } from '../hypervisor.ts';
import { readDevices } from './devices.ts';
import type { Virsh } from './virsh.ts';
import { describeWild } from './wild-template.ts';

/** A domain may go while it is looked at. */
const GONE = /failed to get domain|domain not found/i;
/** A disk's file may be missing or on storage that is not there; only libvirt itself has to answer. */
const UNREADABLE = /^(?!.*(connect|end of file|cannot recv)).*$/i;

export async function readWilds(virsh: Virsh): Promise<WildDomain[]> {
  const listed = await virsh.wild();
  const questions = listed.flatMap(({ uuid }) => [`dumpxml --domain ${uuid}`, `dumpxml --domain ${uuid} --inactive`]);
  const answers = await virsh.ask('describe its domains', questions, GONE);
  const described = listed.map((domain, index) => ({
    ...domain,
    current: answers[2 * index] ?? '',
    defined: answers[2 * index + 1] ?? '',
  }));
  const there = described.filter(({ current, defined }) => current !== '' && defined !== '');
  const sizes = await readSizes(virsh, there);
  return there.map(({ name, uuid, state, current, defined }) => ({
    name,
    uuid,
    state,
    ...describeWild({ current, defined, sizes: sizes.get(uuid) ?? new Map<string, number>() }),
  }));
}

/** Bytes of every disk whose file can be read: by domain, then by target. */
async function readSizes(
  virsh: Virsh,
  domains: Array<{ uuid: string; current: string }>,
): Promise<Map<string, Map<string, number>>> {
  const asked = domains.flatMap(({ uuid, current }) =>
    readDevices(current)
      .disks.filter(({ target, path }) => path !== '' && /^[a-z]+\d*$/.test(target))
      .map(({ target }) => ({ uuid, target })),
  );
  const questions = asked.map(({ uuid, target }) => `domblkinfo --domain ${uuid} --device ${target}`);
  const answers = await virsh.ask('read the sizes of disks', questions, UNREADABLE);
  const found = new Map<string, Map<string, number>>();
  for (const [index, { uuid, target }] of asked.entries()) {
    const bytes = readCapacity(answers[index] ?? '');
    if (bytes !== undefined) found.set(uuid, (found.get(uuid) ?? new Map<string, number>()).set(target, bytes));
  }
  return found;
}

/** Virtual size of a disk, from `virsh domblkinfo` of that disk. */
export function readCapacity(answer: string): number | undefined {
  const bytes = /^Capacity:\s*(\d+)/m.exec(answer)?.[1];
  return bytes === undefined ? undefined : Number(bytes);
}
