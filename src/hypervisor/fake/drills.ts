// Drills on the fake: a machine that reads the beginning of each of its disks and asks for a login, if it can. A file of its own says
// that it runs; its screen is one dark pixel.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { field, vectors } from '../../model/attributes.ts';
import { drillDomain } from '../../model/ids.ts';
import { NbdClient } from '../../nbd/client.ts';
import type { DrillDisk, DrillMachine, DrillSpec } from '../hypervisor.ts';

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** `domains` is the directory where the fake keeps its domains. */
export async function beginDrill(domains: string, spec: DrillSpec): Promise<DrillMachine> {
  const { directory, operationId, disks, template } = spec;
  const running = fileOf(domains, operationId);
  const consoleLog = join(directory, 'console.log');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(running, '{}\n');
  for (const disk of disks) await readStart(disk);
  await writeFile(consoleLog, 'The fake machine has booted.\r\nfake login: ');
  const agent = field(vectors(template, 'FEATURES')[0], 'GUEST_AGENT')?.toLowerCase() === 'yes';
  const runs = (): boolean => existsSync(running);
  return {
    domain: drillDomain(operationId),
    consoleLog,
    runs: () => Promise.resolve(runs()),
    agentAnswers: () => Promise.resolve(runs() && agent),
    screen: () => Promise.resolve(runs() ? Buffer.from(PIXEL, 'base64') : null),
  };
}

export async function endDrill(domains: string, operationId: string): Promise<boolean> {
  const file = fileOf(domains, operationId);
  const was = existsSync(file);
  await rm(file, { force: true });
  return was;
}

function fileOf(domains: string, operationId: string): string {
  return join(domains, `${drillDomain(operationId)}.json`);
}

async function readStart({ content, virtualBytes }: DrillDisk): Promise<void> {
  if (!content) return;
  const client = await NbdClient.connect(content);
  try {
    await client.read(0, Buffer.alloc(Math.min(512, virtualBytes)));
  } finally {
    await client.close();
  }
}
