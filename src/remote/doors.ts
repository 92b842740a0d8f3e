// Doors of another machine that look like those of this one. Every method is a call to the agent there, but for the few that have to answer
// at once.
import type { HostFiles } from '../datastore/files.ts';
import { openImageStore } from '../datastore/all.ts';
import type { ImageStore } from '../datastore/image-store.ts';
import type { Adopted, Hypervisor } from '../hypervisor/hypervisor.ts';
import type { Calls } from './calls.ts';
import type { HostDoor } from './host-door.ts';

/** The connection as it is now. Rejects when there is none. */
export type Connected = () => Promise<Calls>;

/** A door whose methods are all called over there. */
function remote<T extends object>(connected: Connected, door: string, own: Partial<T> = {}): T {
  return new Proxy(own as T, {
    get(target, name) {
      if (Object.hasOwn(target, name)) return (target as Record<string | symbol, unknown>)[name];
      // whoever waits for the door itself does not call it
      if (typeof name === 'symbol' || name === 'then') return undefined;
      return async (...args: unknown[]) => (await connected()).call(door, name, args);
    },
  });
}

export function remoteHypervisor(connected: Connected): Hypervisor {
  const quietly = (method: string, arg: unknown): void => {
    connected()
      .then((calls) => calls.call('hypervisor', method, [arg]))
      .catch(() => undefined); // the next connection begins with all that is adopted
  };
  return remote<Hypervisor>(connected, 'hypervisor', {
    adopt: (domain: Adopted) => quietly('adopt', domain),
    disown: (name: string) => quietly('disown', name),
    watch: async function* (signal) {
      yield* (await connected()).stream('hypervisor', 'watch', [signal]) as ReturnType<Hypervisor['watch']>;
    },
  });
}

export function remoteFiles(connected: Connected): HostFiles {
  return remote<HostFiles>(connected, 'files');
}

export function remoteHost(connected: Connected): HostDoor {
  return remote<HostDoor>(connected, 'host');
}

export function remoteImages(connected: Connected, directory: string): ImageStore {
  const here = openImageStore(directory);
  return remote<ImageStore>(connected, `images ${directory}`, { newSource: () => here.newSource() });
}
