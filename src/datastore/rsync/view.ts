// The files of a store where they can be read at random: where they lie, or mounted read-only by sshfs. What is removed meanwhile can no
// longer be read.
import { readFile, realpath } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { start, type Exit } from '../../exec/exec.ts';
import type { StoreView } from '../backup-store.ts';
import { unmount } from '../unmount.ts';
import { callAgain, endOf, runThere, type Site } from './command.ts';
import { failure, placeOf, RsyncError, type Ended } from './failure.ts';
import { checkSource, directoryOf, fileOf, findAll, placesIn, type Place } from './layout.ts';
import { isMounted, sshfsArgv } from './sshfs.ts';

const WHAT = 'show the backups as files';
const LOOK_MS = 20;

type Shown = Omit<StoreView, 'pathOf'>;

export async function viewStore(site: Site, directory: string, signal: AbortSignal): Promise<StoreView> {
  signal.throwIfAborted();
  const places = placesIn(site.path, await runThere(site, { what: WHAT, commands: [findAll(site.path)], signal }));
  const { root, lost, close } = await show(site, directory, signal);
  return {
    root,
    pathOf: (source, path) => `${directoryOf(root, placeOfSource(site, places, source))}/${fileOf(path)}`,
    lost,
    close,
  };
}

function placeOfSource(site: Site, places: Place[], source: string): Place {
  checkSource(source);
  const [place, other] = places.filter((place) => place.source === source && place.part === undefined);
  if (place && !other) return place;
  const why = place ? 'two of its backups have that name' : 'there is no such backup';
  throw new RsyncError(place ? 'other' : 'missing', `Could not show ${source} in ${placeOf(site)}: ${why}.`);
}

async function show(site: Site, directory: string, signal: AbortSignal): Promise<Shown> {
  const { ssh, path } = site;
  if (ssh === null) return { root: path, lost: new Promise(() => undefined), close: () => Promise.resolve() };
  await unmount(directory); // an sshfs that was killed leaves a mount that answers nobody
  const point = await realpath(directory);
  return callAgain(signal, () => mount(site, sshfsArgv(ssh, path, point), point, signal));
}

async function mount(site: Site, argv: string[], directory: string, signal: AbortSignal): Promise<Shown> {
  const running = start(argv, { dieWithParent: true, ownGroup: true });
  running.stdout.resume();
  let ended: Ended | undefined;
  const over = running.exit.catch(endOf).then((exit: Ended | Exit) => (ended = exit));
  const close = async (): Promise<void> => {
    running.stop();
    await over;
    await unmount(directory);
  };
  while (!ended && !signal.aborted && !isMounted(await readFile('/proc/self/mountinfo', 'utf8'), directory)) {
    await delay(LOOK_MS);
  }
  if (ended || signal.aborted) {
    await close();
    throw failure(WHAT, site, signal.aborted ? { code: -1, stderr: '' } : await over);
  }
  return { root: directory, lost: over.then((exit) => failure(WHAT, site, exit).message), close };
}
