// A machine's memory in a file: writing it stops the guest, restoring goes on from it. Only the superuser may read the file, which
// holds whatever the guest had in memory.
import { chmod, rm } from 'node:fs/promises';
import { CODE, OneError } from '../../model/errors.ts';
import type { DomainSpec } from '../hypervisor.ts';
import { movedXml } from './moved-xml.ts';
import type { Virsh } from './virsh.ts';
import { parseXml, textAt } from './xml-read.ts';

/** Memory of hundreds of gigabytes goes to a disk at its speed. */
const LIMIT_MS = 3_600_000;

export async function save(virsh: Virsh, name: string, file: string): Promise<void> {
  if (!(await virsh.isActive(name))) {
    if (await holds(virsh, name, file)) return; // a call before this one did it
    throw new OneError(CODE.ACTION, `Domain ${name} does not run, so its memory cannot be saved.`, { retry: true });
  }
  try {
    await virsh.order(`save the memory of domain ${name} in ${file}`, 'save', name, ['--file', file], LIMIT_MS);
  } catch (error) {
    // When virsh was not patient enough libvirt is still writing, and the guest waits for it.
    await virsh.order(`stop saving domain ${name}`, 'domjobabort', name).catch(() => undefined);
    if (await virsh.isActive(name)) await rm(file, { force: true }).catch(() => undefined); // the first failure counts
    throw error;
  }
  await chmod(file, 0o600);
}

/** Whether the file is a complete image of that domain. */
async function holds(virsh: Virsh, name: string, file: string): Promise<boolean> {
  return readSaved(virsh, name, file).then(
    () => true,
    () => false,
  );
}

export interface Saved {
  xml: string;
  uuid: string;
}

/** The description of the machine inside an image. Its text may hold passwords. */
export async function readSaved(virsh: Virsh, name: string, file: string): Promise<Saved> {
  const args = ['save-image-dumpxml', '--file', file, '--security-info'];
  const xml = await virsh.call(`read the saved memory in ${file}`, args);
  const domain = parseXml(xml);
  const [found, uuid] = [textAt(domain, 'name'), textAt(domain, 'uuid')];
  if (found === name) return { xml, uuid };
  throw new OneError(CODE.ACTION, `${file} holds the memory of domain ${found}, not of ${name}; nothing was restored.`);
}

/** The domain must be defined with the image's uuid. Paths and bridges become those of the specification; an adopted one's stay. */
export async function restoreSaved(virsh: Virsh, spec: DomainSpec, file: string, saved: Saved): Promise<void> {
  const args = ['restore', '--file', file, '--running'];
  const attempt = `restore the memory of domain ${spec.name} from ${file}`;
  const xml = virsh.adopted.has(spec.name) ? null : movedXml(saved.xml, spec);
  if (xml === null) await virsh.call(attempt, args, LIMIT_MS);
  else await virsh.callWithXml(attempt, [...args, '--xml'], xml, LIMIT_MS);
}
