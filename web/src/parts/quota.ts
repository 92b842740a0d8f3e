// How a quota or a capacity stands. Pure.
import { percentText } from './format.ts';

/** OpenNebula's limits: -1 is the default of all, -2 none. */
export type Limit = number;

const NEARLY = 0.8;

interface Usage {
  /** 0..1; undefined without a limit. */
  share: number | undefined;
  tone: 'blue' | 'orange' | 'red';
  words: string;
}

export function usage(used: number, limit: Limit, text: (value: number) => string): Usage {
  if (limit < 0) return { share: undefined, tone: 'blue', words: text(used) };
  const share = limit === 0 ? (used > 0 ? 1 : 0) : Math.min(used / limit, 1);
  const tone = used >= limit && limit > 0 ? 'red' : share >= NEARLY ? 'orange' : 'blue';
  return { share, tone, words: `${text(used)} / ${text(limit)} (${percentText(share)})` };
}
