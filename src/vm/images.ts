// The data of images that are no backups: made in the background while the image is LOCKED, deleted when no VM uses it. What a
// dead daemon was doing to an image shows as its ERROR, and such an image can always be deleted.
import { withText } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { isDiskFormat } from '../model/ids.ts';
import { IMAGE_STATE, IMAGE_TYPE, type Image } from '../model/image.ts';
import type { Parts } from './parts.ts';

const BUSY = new Set<number>([IMAGE_STATE.LOCKED, IMAGE_STATE.USED, IMAGE_STATE.USED_PERS, IMAGE_STATE.DELETE]);

export class ImageRunner {
  readonly #parts: Parts;
  readonly #background = new Set<Promise<void>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Makes the data of a new image at its SOURCE; the image becomes READY, or ERROR with why. */
  fill(image: Image, datastore: Datastore): void {
    const done = this.#fill(image, datastore).catch((error: unknown) =>
      this.#parts.log.error({ image: image.id, err: error }, 'the end of making an image was not recorded'),
    );
    this.#background.add(done);
    void done.finally(() => this.#background.delete(done));
  }

  /** Deletes an image: refused while a VM uses it or work on it goes on. */
  async remove(image: Image): Promise<void> {
    const { store } = this.#parts;
    const users = await store.links.of('vm-image', image.id);
    await store.images.update(image.id, (record) => {
      refuseBusy(record, users);
      record.prevState = record.state;
      record.state = IMAGE_STATE.DELETE;
    });
    try {
      await this.#parts.imageStoreOf(await store.datastores.get(image.datastoreId)).remove(image.source);
    } catch (error) {
      await this.#showError(image.id, `The image could not be deleted: ${reasonOf(error)}`);
      throw error;
    }
    await store.images.remove(image.id);
  }

  /** Shows what a dead daemon left half-done. To be called after the restores have been taken up: theirs are LOCKED as well. */
  async takeUp(): Promise<void> {
    const { LOCKED, DELETE } = IMAGE_STATE;
    for (const { id, state, type } of await this.#parts.store.images.list({ states: [LOCKED, DELETE] })) {
      if (state === LOCKED && type === IMAGE_TYPE.BACKUP) continue;
      const [done, again] = state === LOCKED ? ['made', 'create it again'] : ['deleted', 'delete it again'];
      await this.#showError(id, `The daemon ended while the image was ${done}; ${again}.`);
    }
  }

  /** Settles when no image is being made; used when the daemon stops. */
  async idle(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }

  async #fill({ id, path, source, format: given, sizeMb, fs }: Image, datastore: Datastore): Promise<void> {
    const files = this.#parts.imageStoreOf(datastore);
    const format = isDiskFormat(given) ? given : '';
    try {
      const data =
        path === ''
          ? await files.create(sizeMb * 2 ** 20, format === '' ? 'qcow2' : format, source, fs)
          : await files.importFile(path, format, source);
      await this.#parts.store.images.update(id, (record) => {
        record.format = data.format;
        record.sizeMb = Math.ceil(data.virtualBytes / 2 ** 20);
        record.state = IMAGE_STATE.READY;
      });
    } catch (error) {
      await this.#showError(id, reasonOf(error));
    }
  }

  async #showError(id: number, reason: string): Promise<void> {
    await this.#parts.store.images.update(id, (record) => {
      record.prevState = record.state;
      record.state = IMAGE_STATE.ERROR;
      record.template = withText(record.template, 'ERROR', reason);
    });
  }
}

function refuseBusy(image: Image, users: readonly number[]): void {
  if (!BUSY.has(image.state) && users.length === 0) return;
  const why = users.length > 0 ? `used by VM ${users.join(', ')}` : 'locked by work that goes on';
  throw new OneError(CODE.ACTION, `Image ${image.id} (${image.name}) is ${why}; it cannot be deleted now.`, {
    objectId: image.id,
  });
}
