// The doors that an agent opens on its machine, by what they are called on the wire.
import { mkdir } from 'node:fs/promises';
import { openImageStore } from '../datastore/all.ts';
import { LocalFiles } from '../datastore/files.ts';
import type { ImageStore } from '../datastore/image-store.ts';
import { openHypervisor } from '../hypervisor/all.ts';
import { CODE, OneError } from '../model/errors.ts';
import { LocalHost } from './host-door.ts';
import type { Hello } from './lines.ts';
import type { OpenDoor } from './serve.ts';

const IMAGES = 'images ';

export async function openDoors({ hypervisor, runDirectory }: Hello): Promise<OpenDoor> {
  await mkdir(runDirectory, { recursive: true, mode: 0o711 });
  const doors: Record<string, object> = {
    hypervisor: openHypervisor(hypervisor),
    files: new LocalFiles(),
    host: new LocalHost(),
  };
  const images = new Map<string, ImageStore>();
  return (name) => {
    if (name.startsWith(IMAGES)) {
      const directory = name.slice(IMAGES.length);
      const store = images.get(directory) ?? openImageStore(directory);
      images.set(directory, store);
      return store;
    }
    const door = Object.hasOwn(doors, name) ? doors[name] : undefined;
    if (door) return door;
    throw new OneError(CODE.INTERNAL, `The agent has no door "${name}"; run onehost sync.`);
  };
}
