// What the points hold, down to the byte: the disk is written anew before each backup of the kept states, so each point has a content of its
// own. Every point that is there after a fault is restored to an image, and that is compared.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { IMAGE_STATE, IMAGE_TYPE } from '../../../src/model/image.ts';
import type { Flow } from './flows.ts';
import type { Daemon } from './scene.ts';

/** The content of the disk when the point of this number was taken, and the one that it has now. */
const contents: string[] = [];

/** The guest writes. */
export function writeDisk(path: string, generation: number): void {
  const at = generation * 96 * 1024;
  execFileSync('qemu-io', ['-f', 'qcow2', '-c', `write -P ${17 + generation} ${at} 160k`, path]);
  contents[generation] = contentOf(path);
}

function contentOf(path: string): string {
  const raw = `${path}.compared`;
  execFileSync('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', path, raw]);
  const content = readFileSync(raw);
  rmSync(raw);
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}

/** What differs, in words. */
export async function compared(daemon: Daemon, flow: Flow): Promise<string[]> {
  const wrong: string[] = [];
  const images = await daemon.look((store) => store.images.list());
  const [disk] = images.filter(({ id }) => id === 0);
  const now = flow.from === 'fresh' || flow.from === 'job' ? 0 : 2;
  const may = flow.name === 'in-place' ? [contents[now], contents[1]] : [contents[now]];
  if (disk && !may.includes(contentOf(disk.source)))
    wrong.push(`the disk of the machine holds ${contentOf(disk.source)}, not ${may.join(' or ')}`);
  for (const { name, source } of images.filter((image) => image.name.startsWith('back-')))
    if (contentOf(source) !== contents[1]) wrong.push(`${name} holds ${contentOf(source)}, not ${contents[1]}`);
  const backups = images.filter(({ type, state }) => type === IMAGE_TYPE.BACKUP && state === IMAGE_STATE.READY);
  for (const { id, points } of backups) {
    for (const point of points) {
      const name = `compared-${id}-${point.id}`;
      await daemon.call('one.image.restore', [id, 1, `NAME="${name}"\nINCREMENT_ID="${point.id}"`]);
      await daemon.idle();
      const made = (await daemon.look((store) => store.images.list())).find((image) => image.name.startsWith(name));
      const expected = contents[now === 0 ? 0 : point.id];
      const holds = made && made.state === IMAGE_STATE.READY ? contentOf(made.source) : 'nothing';
      if (holds !== expected) wrong.push(`point ${point.id} of image ${id} holds ${holds}, not ${expected}`);
    }
  }
  return wrong;
}
