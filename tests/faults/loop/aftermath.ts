// What must be true when a flow was broken and a daemon has started anew: machines run on their own disks, nothing is half there, and what
// is stored is what is recorded.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { look } from '../../../src/fsck/run.ts';
import { sourcesOf } from '../../../src/model/chain.ts';
import { IMAGE_STATE, IMAGE_TYPE } from '../../../src/model/image.ts';
import type { Daemon, Scene } from './scene.ts';

const names = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory).sort() : []);
const same = (one: readonly string[], other: readonly string[]): boolean => one.join() === [...other].sort().join();

/** Everything that is wrong, in words. `before` is what the machine was when the flow began. */
export async function wrongAfter(scene: Scene, daemon: Daemon, before: string): Promise<string[]> {
  const wrong: string[] = [];
  const [vms, images, templates, datastores, running] = await daemon.look((store) =>
    Promise.all([
      store.vms.list(),
      store.images.list(),
      store.templates.list(),
      store.datastores.list(),
      store.operations.running(),
    ]),
  );
  if (running.length > 0) wrong.push(`${running.length} runs are under way`);
  const states = vms.map(({ state, lcmState }) => `${state}/${lcmState}`).join();
  if (`${states} ${machines(scene)}` !== before) wrong.push(`machines are ${states} ${machines(scene)}, not ${before}`);
  for (const { id, state, template } of images) {
    const half = state === IMAGE_STATE.ERROR && /deleted/.test(JSON.stringify(template));
    if (state !== IMAGE_STATE.READY && state !== IMAGE_STATE.USED && state !== IMAGE_STATE.USED_PERS && !half)
      wrong.push(`image ${id} is in state ${state}`);
  }
  for (const { id, basePath, type } of datastores) {
    const of = images.filter(({ datastoreId }) => datastoreId === id);
    const files = names(basePath);
    if (type === 3) {
      const recorded = of.filter((image) => image.type === IMAGE_TYPE.BACKUP).flatMap((image) => sourcesOf(image));
      const listed = files.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
      const kept = files.filter((name) => !name.endsWith('.json') && name !== 'password.sha256');
      const whole = of.every(({ state }) => state !== IMAGE_STATE.ERROR);
      if (whole && !same(listed, recorded)) wrong.push(`stored is ${listed.join()}, recorded ${recorded.join()}`);
      // a copy that is not listed is none: the fake cannot tell whose it was
      if (!listed.every((source) => kept.includes(source)))
        wrong.push(`of ${listed.join()} only ${kept.join()} is whole`);
    } else if (id === 1) {
      const recorded = of.map(({ source }) => source.split('/').at(-1) ?? '');
      if (!same(files, recorded)) wrong.push(`images are ${files.join()}, recorded ${recorded.join()}`);
    }
  }
  const restored = images.filter(({ name }) => name.startsWith('back')).length;
  if (restored > 0 !== templates.length > 0)
    wrong.push(`${restored} images and ${templates.length} templates were restored`);
  const runs = names(join(scene.directory, 'run'));
  if (runs.length > 0) wrong.push(`run/ holds ${runs.join()}`);
  const { findings } = await look(scene.config);
  return [...wrong, ...findings.map((found) => JSON.stringify(found))];
}

/** Each domain of the fake, whether a backup holds it, and its disk. */
function machines(scene: Scene): string {
  const directory = join(scene.directory, 'fake-host-0');
  return names(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const { state, job, disks } = JSON.parse(readFileSync(join(directory, name), 'utf8')) as Record<string, unknown>;
      return `${name} ${String(state)} ${JSON.stringify(job ?? null)} ${JSON.stringify(disks)}`;
    })
    .join(' ');
}

/** What the machine of the scene is now, for `wrongAfter`. */
export async function machinesNow(scene: Scene, daemon: Daemon): Promise<string> {
  const vms = await daemon.look((store) => store.vms.list());
  return `${vms.map(({ state, lcmState }) => `${state}/${lcmState}`).join()} ${machines(scene)}`;
}
