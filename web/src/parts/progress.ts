// How far a run is, in a share and in words. Pure.
import type { LiveRun } from '../api/live-runs.ts';
import { texts } from '../texts/index.ts';
import { bytesText, percentText, rateText, spanText } from './format.ts';

export interface HowFar {
  /** 0..1; undefined before it is known how much there is. */
  share: number | undefined;
  words: string;
}

export function progressOf(run: Pick<LiveRun, 'phase' | 'waits' | 'cancelling' | 'disks' | 'pace'>): HowFar {
  const total = run.disks.reduce((sum, { bytesTotal }) => sum + bytesTotal, 0);
  const done = run.disks.reduce((sum, { bytesDone }) => sum + bytesDone, 0);
  const share = total > 0 ? Math.min(done / total, 1) : undefined;
  if (run.cancelling) return { share, words: texts.runs.cancelling };
  if (run.waits !== undefined && run.waits !== '') return { share, words: run.waits };
  const words = [
    run.phase,
    ...(share === undefined ? [] : [percentText(share), `${bytesText(done)} / ${bytesText(total)}`]),
    ...(run.pace ? [rateText(run.pace.bytesPerSec), texts.runs.left(spanText(run.pace.leftSec))] : []),
  ];
  return { share, words: words.join(' · ') };
}
