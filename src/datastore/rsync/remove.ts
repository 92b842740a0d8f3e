// Finds and removes backups and parts of backups, wherever in the datastore they are.
import { setTimeout as delay } from 'node:timers/promises';
import { runThere, type Site } from './command.ts';
import { RsyncError } from './failure.ts';
import { directoryOf, findOperation, findSources, placesIn, type Place } from './layout.ts';

const AT_ONCE = 200;
/** What ran over there and was cut off from here may still write for a moment. */
const TRIES = 4;
const AGAIN_MS = 250;

export async function placesOfOperation(site: Site, operationId: string): Promise<Place[]> {
  const commands = [findOperation(site.path, operationId)];
  return placesIn(site.path, await runThere(site, { what: 'list the backups', commands }));
}

/** Two complete backups of one source are an error: neither may be taken for the other. */
export async function placesOfSources(
  site: Site,
  what: string,
  sources: readonly string[],
  signal?: AbortSignal,
): Promise<Place[]> {
  const commands = [findSources(site.path, sources)];
  const places = placesIn(site.path, await runThere(site, { what, commands, signal }));
  for (const source of sources) {
    const whole = places.filter((place) => place.source === source && place.part === undefined);
    if (whole.length < 2) continue;
    const where = whole.map((place) => directoryOf(site.path, place)).join(' and ');
    throw new RsyncError('other', `Could not ${what}: ${source} is the name of ${where}.`);
  }
  return places;
}

export async function removeSources(site: Site, sources: string[], signal?: AbortSignal): Promise<void> {
  for (let at = 0; at < sources.length; at += AT_ONCE) {
    const places = await placesOfSources(site, 'remove backups', sources.slice(at, at + AT_ONCE), signal);
    await removePlaces(site, places, signal);
  }
}

/** What a run has left; all of it is gone then, also what got its name meanwhile. */
export async function removeOperation(site: Site, operationId: string): Promise<void> {
  for (let round = 1; ; round++) {
    const places = await placesOfOperation(site, operationId);
    if (places.length === 0) return;
    if (round > TRIES) throw new RsyncError('other', `Could not remove what ${operationId} left: it comes again.`);
    await removePlaces(site, places);
  }
}

async function removePlaces(site: Site, places: Place[], signal?: AbortSignal): Promise<void> {
  if (places.length === 0) return;
  const commands = [['rm', '-rf', '--', ...places.map((place) => directoryOf(site.path, place))]];
  for (let tried = 1; ; tried++) {
    try {
      await runThere(site, { what: 'remove backups', commands, signal });
      return;
    } catch (error) {
      const written = error instanceof RsyncError && /directory not empty/i.test(error.message);
      if (!written || tried === TRIES) throw error;
      await delay(AGAIN_MS, undefined, { signal });
    }
  }
}
