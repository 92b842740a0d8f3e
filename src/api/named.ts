// The images and networks that the DISKs and NICs of a template name, as far as the caller may use them.
import { field, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Image } from '../model/image.ts';
import type { Owned } from '../model/permissions.ts';
import type { VirtualNetwork } from '../model/vnet.ts';
import type { Store } from '../store/store.ts';
import type { Call } from './method.ts';
import { authorizedIn, mayUse, type ApiNoun } from './noun.ts';
import { IMAGE, VNET } from './nouns/stored.ts';

/** By DISK: the image that IMAGE_ID names, or IMAGE with IMAGE_UNAME (the caller's own by default). */
export function namedImages(call: Call, tx: Store, template: Attributes): Promise<Map<Vector, Image>> {
  return named(call, tx, IMAGE, vectors(template, 'DISK'), 'IMAGE');
}

/** By NIC: the network that NETWORK_ID names, or NETWORK with NETWORK_UNAME (the caller's own by default). */
export function namedNetworks(call: Call, tx: Store, template: Attributes): Promise<Map<Vector, VirtualNetwork>> {
  return named(call, tx, VNET, vectors(template, 'NIC'), 'NETWORK');
}

async function named<T extends Owned>(
  call: Call,
  tx: Store,
  noun: ApiNoun<T>,
  devices: Vector[],
  word: string,
): Promise<Map<Vector, T>> {
  const found = new Map<Vector, T>();
  for (const device of devices) {
    const id = field(device, `${word}_ID`) || undefined;
    const name = field(device, word) || undefined;
    if (id === undefined && name === undefined) continue;
    if (id !== undefined && !/^\d{1,9}$/.test(id)) {
      throw new OneError(CODE.NO_EXISTS, `Error getting ${noun.label} [${id}]: ${word}_ID must be a number.`);
    }
    const known =
      id === undefined
        ? await idOf(call, tx, noun, name ?? '', field(device, `${word}_UNAME`) ?? call.user.name)
        : Number(id);
    found.set(device, await authorizedIn(tx, call.caller, noun, known, 'USE'));
  }
  return found;
}

/** One of that name and owner that the caller may use; one she may not is as good as none. */
async function idOf<T extends Owned>(
  call: Call,
  tx: Store,
  noun: ApiNoun<T>,
  name: string,
  uname: string,
): Promise<number> {
  const object = (await noun.pool(tx).list({ name })).find((one) => one.uname === uname);
  if (object && mayUse(call, noun, object)) return object.id;
  throw new OneError(CODE.NO_EXISTS, `Error getting ${noun.label} [${name}] of user ${uname}.`);
}
