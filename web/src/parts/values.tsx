// Sizes, spans and moments as elements. Moments show how long ago; the exact time is in the title and for machines.
import { useSyncExternalStore } from 'react';
import { texts } from '../texts/index.ts';
import { bytesText, exactMoment, mibText, relativeText, shortMoment, spanText } from './format.ts';

export function Bytes({ value }: { value: number }) {
  return <span style={{ whiteSpace: 'nowrap' }}>{bytesText(value)}</span>;
}

export function Mib({ value }: { value: number }) {
  return <span style={{ whiteSpace: 'nowrap' }}>{mibText(value)}</span>;
}

export function Duration({ seconds }: { seconds: number }) {
  return <span style={{ whiteSpace: 'nowrap' }}>{spanText(seconds)}</span>;
}

interface MomentProps {
  /** Epoch seconds; 0 and -1 are no moment. */
  at: number;
  /** `ago` (the default) or the date. */
  as?: 'ago' | 'date';
  /** Instead of a moment that never was. */
  otherwise?: string;
}

export function Moment({ at, as = 'ago', otherwise = texts.common.never }: MomentProps) {
  const now = useNowSec();
  if (at <= 0) return <span>{otherwise}</span>;
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={exactMoment(at)} style={{ whiteSpace: 'nowrap' }}>
      {as === 'ago' ? relativeText(at, now) : shortMoment(at)}
    </time>
  );
}

const TICK_MS = 15_000;
const ticking = new Set<() => void>();
let nowSec = Math.floor(Date.now() / 1000);
let ticker: ReturnType<typeof setInterval> | undefined;

function tick(listener: () => void): () => void {
  ticking.add(listener);
  ticker ??= setInterval(() => {
    nowSec = Math.floor(Date.now() / 1000);
    for (const each of ticking) each();
  }, TICK_MS);
  return () => {
    ticking.delete(listener);
    if (ticking.size > 0) return;
    clearInterval(ticker);
    ticker = undefined;
  };
}

/** The time in epoch seconds, a few times a minute: one clock for all that show how long ago something was. */
export function useNowSec(): number {
  return useSyncExternalStore(tick, () => nowSec);
}
