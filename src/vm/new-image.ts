// The record of a new image that is no backup, as its template asks for it. Pure.
import { text, type Attributes } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import { isDiskFormat } from '../model/ids.ts';
import { FILE_SYSTEMS, IMAGE_STATE, IMAGE_TYPE, type Image, type ImageType } from '../model/image.ts';
import { readDigests, readOrigin } from '../model/image-origin.ts';
import { checkName } from '../model/names.ts';
import { MAX_SIZE_MB } from './disks.ts';

/** Attributes that become fields of the record. */
const READ = new Set(['NAME', 'PATH', 'SIZE', 'FORMAT', 'TYPE', 'PERSISTENT', 'FS']);

/** What the caller knows of the image beside its template. */
export type ImagePlace = Pick<
  Image,
  'id' | 'uid' | 'gid' | 'uname' | 'gname' | 'permissions' | 'regtime' | 'source' | 'datastoreId' | 'datastore'
>;

/** LOCKED until its data is there. Throws a OneError that names the attribute, its value and what would be right. */
export function newImage(place: ImagePlace, template: Attributes): Image {
  const path = text(template, 'PATH') ?? '';
  const type = typeOf(text(template, 'TYPE') ?? 'OS');
  const fs = text(template, 'FS') ?? '';
  if (text(template, 'FROM_BACKUP_DS') !== undefined) {
    refuse('FROM_BACKUP_DS is not taken: a backup becomes images with one.image.restore, which asks who may use it.');
  }
  const origin = path === '' ? undefined : readOrigin(path);
  if (origin && 'wrong' in origin) refuse(origin.wrong);
  const digests = readDigests(template);
  if ('wrong' in digests) refuse(digests.wrong);
  if (path === '' && fs !== '') refuseUnknownFs(fs);
  return {
    ...place,
    name: checkName(text(template, 'NAME') ?? ''),
    type,
    diskType: type === IMAGE_TYPE.CDROM ? 1 : 0,
    persistent: yesOf('PERSISTENT', text(template, 'PERSISTENT')),
    path,
    format: formatOf((text(template, 'FORMAT') ?? text(template, 'DRIVER') ?? '').toLowerCase()),
    fs,
    sizeMb: sizeOf(text(template, 'SIZE'), path),
    state: IMAGE_STATE.LOCKED,
    prevState: IMAGE_STATE.INIT,
    vms: [],
    template: template.filter(([name]) => !READ.has(name)),
    points: [],
    isChain: false,
  };
}

/** The number of an image type that users may give to images. Throws OneError ACTION. */
export function typeOf(name: string): ImageType {
  const found = Object.entries(IMAGE_TYPE).find(([known]) => known === name.toUpperCase());
  if (found && found[1] !== IMAGE_TYPE.BACKUP) return found[1];
  const known = Object.keys(IMAGE_TYPE).filter((type) => type !== 'BACKUP');
  throw new OneError(CODE.ACTION, `TYPE="${name}" is not known; it must be one of ${known.join(', ')}.`);
}

function refuse(why: string): never {
  throw new OneError(CODE.ALLOCATE, `Error allocating a new image. ${why}`);
}

function formatOf(format: string): string {
  if (format !== '' && !isDiskFormat(format)) refuse(`FORMAT="${format}" is not known; it must be qcow2 or raw.`);
  return format;
}

function refuseUnknownFs(fs: string): void {
  if (!FILE_SYSTEMS.includes(fs.toLowerCase()))
    refuse(`FS="${fs}" is not known; it must be one of ${FILE_SYSTEMS.join(', ')}, or empty for none.`);
}

/** SIZE in MB; 0 when there is none and a file tells. */
function sizeOf(given: string | undefined, path: string): number {
  if (given === undefined || given === '') return path === '' ? refuse('It needs PATH, or SIZE in MB.') : 0;
  if (/^\d{1,9}$/.test(given) && Number(given) > 0 && Number(given) <= MAX_SIZE_MB) return Number(given);
  return refuse(`SIZE="${given}" is not right; it must be a number of MB from 1 to ${MAX_SIZE_MB}.`);
}

function yesOf(name: string, given = 'NO'): boolean {
  const value = given.toUpperCase();
  return value === 'YES' || (value !== 'NO' && refuse(`${name}="${given}" is not known; it must be YES or NO.`));
}
