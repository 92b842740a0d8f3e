// How a disk image stands, and what can be done with it as it stands. Pure.
import type { Image } from '../../api/documents.ts';
import type { Tone } from '../../parts/state-badge.tsx';
import { texts } from '../../texts/index.ts';

const { actions } = texts.images;

interface ImageState {
  word: keyof typeof texts.images.states;
  tone: Tone;
}

const STATES: Readonly<Record<number, ImageState>> = {
  0: { word: 'locked', tone: 'busy' },
  1: { word: 'ready', tone: 'good' },
  2: { word: 'used', tone: 'good' },
  3: { word: 'disabled', tone: 'calm' },
  4: { word: 'locked', tone: 'busy' },
  5: { word: 'error', tone: 'bad' },
  7: { word: 'deleting', tone: 'busy' },
  8: { word: 'used', tone: 'good' },
};

type Standing = Pick<Image, 'STATE' | 'PERSISTENT' | 'PATH'> & { VMS: Image['VMS'] };

export function imageState({ STATE }: Pick<Image, 'STATE'>): ImageState {
  return STATES[STATE] ?? { word: 'other', tone: 'busy' };
}

const wordOf = (image: Standing): ImageState['word'] => imageState(image).word;

/** Why it cannot be cloned now; undefined when it can. */
export function cloneRefused(image: Standing): string | undefined {
  return ['ready', 'used'].includes(wordOf(image)) ? undefined : actions.notWhole;
}

export function persistentRefused(image: Standing, wanted: boolean): string | undefined {
  if ((image.PERSISTENT === 1) === wanted) return wanted ? actions.isPersistent : actions.isNotPersistent;
  return wordOf(image) === 'ready' ? undefined : actions.notReady;
}

export function enableRefused(image: Standing, wanted: boolean): string | undefined {
  const word = wordOf(image);
  if (wanted) {
    if (word === 'disabled' || word === 'error') return undefined;
    return word === 'ready' || word === 'used' ? actions.isEnabled : actions.inWork;
  }
  if (word === 'ready') return undefined;
  return word === 'disabled' ? actions.isDisabled : actions.notReady;
}

export function cancelRefused(image: Standing): string | undefined {
  return wordOf(image) === 'locked' && /^https?:/i.test(image.PATH) ? undefined : actions.noDownload;
}

export function deleteRefused(image: Standing): string | undefined {
  if (image.VMS.ID.length > 0) return actions.inUse(image.VMS.ID.length);
  return ['locked', 'deleting', 'other', 'used'].includes(wordOf(image)) ? actions.inWork : undefined;
}
