// What the form of a new image asks for, what is wrong with it, and the template that it becomes. Pure.
import { templateText } from '../../api/template-text.ts';
import { texts } from '../../texts/index.ts';

const { form: words } = texts.images;
const MOST_MB = 16_777_216;
/** By the number of hex digits. */
const DIGESTS: Readonly<Record<number, string>> = { 32: 'MD5', 40: 'SHA1', 64: 'SHA256' };

export type Origin = keyof typeof words.origins;

export interface ImageDraft {
  name: string;
  type: string;
  origin: Origin;
  url: string;
  file: string;
  digest: string;
  sizeMb: number | string;
  /** '' when the name of the file tells. */
  format: string;
  /** '' for none. */
  fs: string;
  persistent: boolean;
}

export const NEW_IMAGE: ImageDraft = {
  ...{ name: '', type: 'OS', origin: 'url', url: '', file: '', digest: '', sizeMb: 10_240 },
  ...{ format: '', fs: '', persistent: false },
};

/** Fields that are not right, and why. What is not asked for with this origin is not looked at. */
export function wrongIn(draft: ImageDraft): Partial<Record<keyof ImageDraft, string>> {
  const { name, origin, url, file, digest, sizeMb } = draft;
  return {
    ...(name.trim() === '' && { name: texts.common.required }),
    ...(origin === 'url' && !/^https?:\/\/./i.test(url.trim()) && { url: words.urlWrong }),
    ...(origin === 'file' && !file.trim().startsWith('/') && { file: words.fileWrong }),
    ...(origin !== 'empty' &&
      digest.trim() !== '' &&
      digestName(digest) === undefined && { digest: words.digestWrong }),
    ...(origin === 'empty' && !isSize(sizeMb) && { sizeMb: words.sizeWrong }),
  };
}

export function imageTemplate(draft: ImageDraft): string {
  const { name, type, origin, url, file, digest, sizeMb, format, fs, persistent } = draft;
  const path = origin === 'url' ? url.trim() : file.trim();
  const hash = digestName(digest);
  return templateText({
    ...{ NAME: name.trim(), TYPE: type, PERSISTENT: persistent },
    ...(format !== '' && { FORMAT: format }),
    ...(origin === 'empty' ? { SIZE: sizeMb, FS: fs === '' ? undefined : fs } : { PATH: path }),
    ...(origin !== 'empty' && hash !== undefined && { [hash]: digest.trim().toLowerCase() }),
  });
}

function digestName(digest: string): string | undefined {
  const hex = digest.trim();
  return /^[0-9a-f]+$/i.test(hex) ? DIGESTS[hex.length] : undefined;
}

function isSize(sizeMb: number | string): boolean {
  const size = Number(sizeMb);
  return sizeMb !== '' && Number.isInteger(size) && size >= 1 && size <= MOST_MB;
}
