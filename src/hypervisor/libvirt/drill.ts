// Boots machines for drills: transient domains, which libvirt forgets when they stop. Each has a name of its own by its operation, so
// that one of a dead run is found again.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../exec/exec.ts';
import { vectors, field } from '../../model/attributes.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { drillDomain } from '../../model/ids.ts';
import type { DrillDisk, DrillMachine, DrillSpec } from '../hypervisor.ts';
import { consoleLog, drillXml, overlayFile } from './drill-xml.ts';
import { readCapabilities } from './live-xml.ts';
import { makeRunDirectory } from './run-directory.ts';
import type { Virsh } from './virsh.ts';

const AGENT_LIMIT_SEC = 2;
const SCREEN_LIMIT_MS = 10_000;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const GONE = /failed to get domain|domain not found|domain is not running/i;

export async function beginDrill(virsh: Virsh, spec: DrillSpec, installation: string): Promise<DrillMachine> {
  const { directory, operationId } = spec;
  const name = drillDomain(operationId);
  const capabilities = await virsh.call("describe the host's abilities", ['capabilities']);
  await makeRunDirectory(directory, readCapabilities(capabilities).qemuUser);
  for (const disk of spec.disks) await makeOverlay(directory, disk);
  await virsh.callWithXml(`boot the machine ${name} of a drill`, ['create'], drillXml(spec, installation));
  return {
    domain: name,
    consoleLog: consoleLog(directory),
    runs: () => runs(virsh, name),
    agentAnswers: () => agentAnswers(virsh, name),
    screen: () => screen(virsh, name, directory),
  };
}

export async function endDrill(virsh: Virsh, operationId: string): Promise<boolean> {
  const name = drillDomain(operationId);
  try {
    await virsh.call(`end the machine ${name} of a drill`, ['destroy', name]);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Paths of the host that QEMU has to reach besides the directory. */
export function bootFiles({ template }: Pick<DrillSpec, 'template'>): Array<string | undefined> {
  const os = vectors(template, 'OS')[0];
  return [field(os, 'KERNEL'), field(os, 'INITRD')].filter((path) => path?.startsWith('/'));
}

/** The server need not be asked: the size is known and the format is given. */
async function makeOverlay(directory: string, { diskId, virtualBytes, content }: DrillDisk): Promise<void> {
  const under = content ? ['-u', '-b', `nbd+unix:///${content.exportName}?socket=${content.socket}`, '-F', 'raw'] : [];
  const file = overlayFile(directory, diskId);
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', ...under, file, String(virtualBytes)]);
}

async function runs(virsh: Virsh, name: string): Promise<boolean> {
  try {
    return (await virsh.call(`look at the machine ${name} of a drill`, ['domstate', name])).trim() === 'running';
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

async function agentAnswers(virsh: Virsh, name: string): Promise<boolean> {
  const ping = ['qemu-agent-command', name, '{"execute":"guest-ping"}', '--timeout', String(AGENT_LIMIT_SEC)];
  return virsh.call(`ask the guest agent of ${name}`, ping).then(
    () => true,
    () => false, // it has none, or not yet
  );
}

async function screen(virsh: Virsh, name: string, directory: string): Promise<Uint8Array | null> {
  const file = join(directory, 'screen');
  await virsh.call(`take a picture of the screen of ${name}`, ['screenshot', name, file], SCREEN_LIMIT_MS);
  const picture = await readFile(file);
  return picture.subarray(0, PNG.length).equals(PNG) ? picture : null; // old ones of QEMU know other formats alone
}

function isGone(error: unknown): boolean {
  return error instanceof OneError && error.code === CODE.INTERNAL && GONE.test(error.message);
}
