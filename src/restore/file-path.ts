// Splits the path of a file in a backup: `/<disk>/<volume>/<path inside>`. Pure.
import { CODE, OneError } from '../model/errors.ts';
import { nameOfText } from '../model/file-names.ts';

export interface FilePath {
  /** Empty for all disks. */
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
  const inside = Buffer.concat([Buffer.from('/'), nameOfText(rest.join('/'))]);
  const wrong = (why: string): OneError =>
    new OneError(CODE.ACTION, `The path "${text.slice(0, 200)}" is not usable: ${why}. It has the form /disk-0/part-1/etc/passwd.`);
  if (disk !== '' && !/^disk-\d{1,9}$/.test(disk)) throw wrong('its first part must be a disk, such as disk-0');
  if (volume !== '' && !/^(whole|part-\d{1,4}|lv-[\w.+-]{1,255})$/.test(volume)) {
    throw wrong('its second part must be a volume: part-<number>, lv-<group>-<name> or whole');
  }
  if (parts.includes('..')) throw wrong('".." is not followed');
  if (inside.length > MAX_BYTES) throw wrong(`it is longer than ${MAX_BYTES} bytes`);
  if (inside.includes(0)) throw wrong('it holds a NUL character');
  return { disk, volume, inside };
}
