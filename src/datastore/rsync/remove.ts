// Finds and removes backups and parts of backups, wherever in the datastore they are.
import { setTimeout as delay } from 'node:timers/promises';
import { runThere } from './command.ts';
import type { RsyncConfig } from './config.ts';
import { RsyncError } from './failure.ts';
import { directoryOf, findOperation, findSources, placesIn, type Place } from './layout.ts';

const AT_ONCE = 200;
/** An rsync over there that has just lost its other end may still write for a moment. */
const TRIES = 4;
const AGAIN_MS = 250;

export async function placesOfOperation(config: RsyncConfig, operationId: string): Promise<Place[]> {
  const commands = [findOperation(config.path, operationId)];
  return placesIn(config.path, await runThere(config, { what: 'list the backups', commands }));
}

/** Two complete backups of one source are an error: neither may be taken for the other. */
export async function placesOfSources(
  config: RsyncConfig,
  what: string,
  sources: readonly string[],
  signal?: AbortSignal,
): Promise<Place[]> {
  const commands = [findSources(config.path, sources)];
  const places = placesIn(config.path, await runThere(config, { what, commands, signal }));
  for (const source of sources) {
    const whole = places.filter((place) => place.source === source && place.part === undefined);
    if (whole.length < 2) continue;
    const where = whole.map((place) => directoryOf(config.path, place)).join(' and ');
    throw new RsyncError('other', `Could not ${what}: ${source} is the name of ${where}.`);
  }
  return places;
}

export async function removeSources(config: RsyncConfig, sources: string[], signal?: AbortSignal): Promise<void> {
  for (let at = 0; at < sources.length; at += AT_ONCE) {
    const places = await placesOfSources(config, 'remove backups', sources.slice(at, at + AT_ONCE), signal);
    await removePlaces(config, places, signal);
  }
}

export async function removePlaces(config: RsyncConfig, places: Place[], signal?: AbortSignal): Promise<void> {
  if (places.length === 0) return;
  const commands = [['rm', '-rf', '--', ...places.map((place) => directoryOf(config.path, place))]];
  for (let tried = 1; ; tried++) {
    try {
      await runThere(config, { what: 'remove backups', commands, signal });
      return;
    } catch (error) {
      const written = error instanceof RsyncError && /directory not empty/i.test(error.message);
      if (!written || tried === TRIES) throw error;
      await delay(AGAIN_MS, undefined, { signal });
    }
  }
}
