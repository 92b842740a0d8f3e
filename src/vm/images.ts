// The data of images that are no backups: made in the background while the image is LOCKED, deleted when no VM uses it. How far a download is
// shows as PROGRESS of the image. What a dead daemon was doing to an image shows as its ERROR, and such an image can always be deleted.
import { text, withText } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { isDiskFormat } from '../model/ids.ts';
import type { ImageStore, ImportOptions, StoredImage } from '../datastore/image-store.ts';
import { IMAGE_STATE, IMAGE_TYPE, type Image } from '../model/image.ts';
import { readDigests, readOrigin } from '../model/image-origin.ts';
import type { Parts } from './parts.ts';

const BUSY = new Set<number>([IMAGE_STATE.LOCKED, IMAGE_STATE.USED, IMAGE_STATE.USED_PERS, IMAGE_STATE.DELETE]);

const PROGRESS_EVERY_MS = 2000;
const ENDED = 'The daemon ended while the image was made; create it again.';

/** Who wants the image: what PATH leads to is somebody else's until it is theirs. */
export interface Asker {
  admin: boolean;
}

interface Filling {
  datastoreId: number;
  stop: AbortController;
  done: Promise<void>;
}

export class ImageRunner {
  readonly #parts: Parts;
  readonly #background = new Map<number, Filling>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Makes the data of a new image at its SOURCE; the image becomes READY, or ERROR with why. `asker` is who has said what PATH is, which is
   * then checked; without one it is the data of another image.
   */
  fill(image: Image, datastore: Datastore, asker?: Asker): void {
    const stop = new AbortController();
    const done = this.#fill(image, datastore, stop.signal, asker)
      .catch((error: unknown) =>
        this.#parts.log.error({ image: image.id, err: error }, 'the end of making an image was not recorded'),
      )
      .finally(() => this.#background.delete(image.id));
    this.#background.set(image.id, { datastoreId: datastore.id, stop, done });
  }

  /** Ends a download, which shows as the error of its image. False when there is none, and when the image is copied. */
  async cancel(image: Image): Promise<boolean> {
    const filling = this.#background.get(image.id);
    const origin = readOrigin(image.path);
    if (!filling || !('kind' in origin) || origin.kind !== 'url') return false;
    filling.stop.abort('The download was cancelled.');
    await filling.done;
    return true;
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

  /**
   * Shows what a dead daemon left half-done in a datastore that `gained` is true of. To be called after the restores have been taken up:
   * theirs are LOCKED as well, and those that go on elsewhere have a record that is running.
   */
  async takeUp(gained: (datastoreId: number) => boolean): Promise<void> {
    const { store } = this.#parts;
    const { LOCKED, DELETE } = IMAGE_STATE;
    const halfDone = await store.images.list({ states: [LOCKED, DELETE] });
    const filled = new Set((await store.operations.running()).flatMap(({ imageIds }) => imageIds));
    for (const { id, state, type, datastoreId } of halfDone) {
      if (!gained(datastoreId) || this.#background.has(id)) continue;
      if (state === LOCKED && (type === IMAGE_TYPE.BACKUP || filled.has(id))) continue;
      const deleting = 'The daemon ended while the image was deleted; delete it again.';
      await this.#showError(id, state === LOCKED ? ENDED : deleting);
    }
  }

  /** Whether an image of the datastore is being made. */
  isBusy(datastoreId: number): boolean {
    return [...this.#background.values()].some((filling) => filling.datastoreId === datastoreId);
  }

  /** Ends downloads, and settles when no image is being made; used when the daemon stops. */
  async idle(): Promise<void> {
    for (const { stop } of this.#background.values()) stop.abort(ENDED);
    while (this.#background.size > 0) await Promise.all([...this.#background.values()].map(({ done }) => done));
  }

  async #fill(image: Image, datastore: Datastore, signal: AbortSignal, asker?: Asker): Promise<void> {
    const { id } = image;
    try {
      const options = { ...(asker && checksOf(image, datastore, asker)), signal, onProgress: this.#progressOf(id) };
      const data = await dataOf(image, this.#parts.imageStoreOf(datastore), options);
      await this.#parts.store.images.update(id, (record) => {
        record.format = data.format;
        record.sizeMb = Math.ceil(data.virtualBytes / 2 ** 20);
        record.state = IMAGE_STATE.READY;
        record.template = withText(record.template, 'PROGRESS');
      });
    } catch (error) {
      await this.#showError(id, signal.aborted ? String(signal.reason) : reasonOf(error));
    }
  }

  /** Writes down now and then how far an image is, in percent, or in MB when nobody knows how much there is. */
  #progressOf(id: number): NonNullable<ImportOptions['onProgress']> {
    const { clock, log, store } = this.#parts;
    let next = clock() + PROGRESS_EVERY_MS;
    return (bytes, wholeBytes) => {
      if (clock() < next) return;
      next = clock() + PROGRESS_EVERY_MS;
      const mb = Math.floor(bytes / 2 ** 20);
      const far = wholeBytes
        ? `${Math.floor((100 * bytes) / wholeBytes)}% of ${Math.ceil(wholeBytes / 2 ** 20)} MB`
        : `${mb} MB`;
      const write = store.images.update(id, (record) => {
        if (record.state === IMAGE_STATE.LOCKED) record.template = withText(record.template, 'PROGRESS', far);
      });
      // it only tells; the end of the image is recorded by itself
      void write.catch((error: unknown) =>
        log.warn({ image: id, err: error }, 'the progress of an image was not recorded'),
      );
    };
  }

  async #showError(id: number, reason: string): Promise<void> {
    await this.#parts.store.images.update(id, (record) => {
      record.prevState = record.state;
      record.state = IMAGE_STATE.ERROR;
      record.template = withText(withText(record.template, 'PROGRESS'), 'ERROR', reason);
    });
  }
}

/** The data of an image, by what it says: an empty disk, a copy of a file, or what is at a URL. */
async function dataOf(image: Image, files: ImageStore, options: ImportOptions): Promise<StoredImage> {
  const { path, source, sizeMb, fs } = image;
  const format = isDiskFormat(image.format) ? image.format : '';
  if (path === '') return files.create(sizeMb * 2 ** 20, format === '' ? 'qcow2' : format, source, fs);
  const origin = readOrigin(path);
  if ('wrong' in origin) throw new OneError(CODE.ACTION, origin.wrong);
  if (origin.kind === 'url') return files.importUrl(origin.url, format, source, options);
  return files.importFile(origin.path, format, source, options);
}

function checksOf({ template }: Image, datastore: Datastore, { admin }: Asker): ImportOptions {
  const digests = readDigests(template);
  if ('wrong' in digests) throw new OneError(CODE.ACTION, digests.wrong);
  return {
    digests,
    publicOnly: !admin,
    restrictedDirs: text(datastore.template, 'RESTRICTED_DIRS') ?? '',
    safeDirs: text(datastore.template, 'SAFE_DIRS') ?? '',
  };
}

function refuseBusy(image: Image, users: readonly number[]): void {
  if (!BUSY.has(image.state) && users.length === 0) return;
  const why = users.length > 0 ? `used by VM ${users.join(', ')}` : 'locked by work that goes on';
  throw new OneError(CODE.ACTION, `Image ${image.id} (${image.name}) is ${why}; it cannot be deleted now.`, {
    objectId: image.id,
  });
}
