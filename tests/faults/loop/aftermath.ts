// What must be true when a flow was broken and a daemon has started anew: machines run on their own disks, nothing is half there, and what
// is stored is what is recorded.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { look } from '../../../src/fsck/run.ts';
import type { Datastore } from '../../../src/model/datastore.ts';
import { sourcesOf } from '../../../src/model/chain.ts';
import { IMAGE_STATE, IMAGE_TYPE } from '../../../src/model/image.ts';
import { IS_REAL } from './real.ts';
import type { Daemon, Scene } from './scene.ts';

const names = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory).sort() : []);
const same = (one: readonly string[], other: readonly string[]): boolean => one.join() === [...other].sort().join();

/**
 * Everything that is wrong, in words. `before` is what the machine was when the flow began. Of a daemon that has `restarted` more is asked:
 * no directory of a run is left, not even an empty one, and housekeeping leaves nothing in a store that is not listed.
 */
export async function wrongAfter(scene: Scene, daemon: Daemon, before: string, restarted: boolean): Promise<string[]> {
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
  for (const datastore of datastores) {
    const { id, basePath, type } = datastore;
    const of = images.filter(({ datastoreId }) => datastoreId === id);
    const files = names(basePath);
    if (type === 3) {
      const recorded = of.filter((image) => image.type === IMAGE_TYPE.BACKUP).flatMap((image) => sourcesOf(image));
      const listed = IS_REAL
        ? await daemon.look(() => listedBy(daemon, datastore))
        : files.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
      const whole = of.every(({ state }) => state !== IMAGE_STATE.ERROR);
      if (whole && !same(listed, recorded)) wrong.push(`stored is ${listed.join()}, recorded ${recorded.join()}`);
      if (IS_REAL) continue;
      if (restarted && strange(files).length > 0) await swept(daemon, id, basePath);
      const kept = names(basePath).filter((name) => !name.endsWith('.json') && name !== 'password.sha256');
      if (!same(kept, listed)) wrong.push(`listed is ${listed.join()}, and there is ${kept.join()}`);
    } else if (id === 1) {
      const recorded = of.map(({ source }) => source.split('/').at(-1) ?? '');
      if (!same(files, recorded)) wrong.push(`images are ${files.join()}, recorded ${recorded.join()}`);
    }
  }
  const restored = images.filter(({ name }) => name.startsWith('back')).length;
  if (restored > 0 !== templates.length > 0)
    wrong.push(`${restored} images and ${templates.length} templates were restored`);
  const runs = readdirSync(join(scene.directory, 'run'), { recursive: true, withFileTypes: true });
  const left = runs.filter((entry) => restarted || !entry.isDirectory()).map(({ name }) => name);
  if (left.length > 0) wrong.push(`run/ holds ${left.join()}`);
  const { findings } = await look(scene.config);
  return [...wrong, ...findings.map((found) => JSON.stringify(found))];
}

async function listedBy(daemon: Daemon, datastore: Datastore): Promise<string[]> {
  if (!existsSync(join(datastore.basePath, 'config'))) return []; // not even the repository was made
  const store = await daemon.services.parts.backupStoreOf(datastore);
  return (await store.list(new AbortController().signal)).map(({ source }) => source).sort();
}

/** What is in a store without being a backup. */
const strange = (files: readonly string[]): string[] =>
  files.filter((name) => name !== 'password.sha256' && !name.endsWith('.json') && !files.includes(`${name}.json`));

/** The housekeeping that a datastore gets when something is removed from it. */
async function swept(daemon: Daemon, datastoreId: number, basePath: string): Promise<void> {
  await daemon.look(() => Promise.resolve(daemon.services.upkeep.freed(datastoreId)));
  await daemon.until(`${strange(names(basePath)).join()} is removed`, () =>
    Promise.resolve(strange(names(basePath)).length === 0),
  );
  await daemon.idle();
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
