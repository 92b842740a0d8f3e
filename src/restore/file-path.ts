// Splits the path of a file in a backup: `/<disk>/<volume>/<path inside>`. Pure.
import { CODE, OneError } from '../model/errors.ts';
import { nameOfText } from '../model/file-names.ts';

export interface FilePath {
  /** `disk.0` or `lvm`; empty for all. */
  disk: string;
  /** Empty for all volumes of the disk. */
  volume: string;
  /** Absolute inside the volume; bytes, as the guest has them. */
  inside: Buffer;
}

const MAX_BYTES = 4096;

/** Throws OneError when it could not be the path of anything in a backup. */
export function readFilePath(text: string): FilePath {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  const [disk = '', volume = '', ...rest] = parts;
  const inside = nameOfText(`/${rest.join('/')}`);
  const wrong = (why: string): OneError =>
    new OneError(CODE.ACTION, `The path "${text.slice(0, 200)}" is not usable: ${why}.`, {
      hint: 'It has the form /disk.0/p1/etc/passwd; / shows the disks and volumes that there are.',
    });
  if (parts.includes('..')) throw wrong('".." is not followed');
  if (inside.length > MAX_BYTES) throw wrong(`it is longer than ${MAX_BYTES} bytes`);
  if (inside.includes(0)) throw wrong('it holds a NUL character');
  return { disk, volume, inside };
}
