// Where things stand in a chart: round numbers for its axes and points in its area. Pure.

export interface Point {
  /** Epoch seconds. */
  at: number;
  value: number;
}

export interface Scale {
  /** Largest value of the axis. */
  top: number;
  /** Values with a line, from 0 to `top`. */
  ticks: number[];
}

/** Round steps up to at least `most`: in thousands, or in powers of 1024 for bytes. */
export function scaleOf(most: number, base: 1000 | 1024 = 1000, lines = 4): Scale {
  if (!(most > 0)) return { top: 1, ticks: [0, 1] };
  const unit = base ** Math.floor(Math.log(most) / Math.log(base));
  const wanted = most / unit / lines;
  const size = 10 ** Math.floor(Math.log10(wanted));
  const step = unit * (([1, 2, 2.5, 5, 10].find((each) => each * size >= wanted * 0.999) ?? 10) * size);
  const count = Math.ceil(most / step - 1e-9);
  return { top: step * count, ticks: Array.from({ length: count + 1 }, (_, at) => at * step) };
}

export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Span {
  from: number;
  to: number;
}

export function spanOf(points: readonly Point[]): Span {
  const times = points.map(({ at }) => at);
  const from = Math.min(...times);
  const to = Math.max(...times);
  return from < to ? { from, to } : { from: from - 1, to: from + 1 };
}

export function placed({ at, value }: Point, { from, to }: Span, top: number, area: Area): { x: number; y: number } {
  return {
    x: area.left + ((at - from) / (to - from)) * area.width,
    y: area.top + area.height - (Math.min(value, top) / top) * area.height,
  };
}

/** The point nearest to `x`. */
export function nearest(points: readonly Point[], span: Span, area: Area, x: number): Point | undefined {
  const at = span.from + ((x - area.left) / area.width) * (span.to - span.from);
  let best: Point | undefined;
  for (const point of points) if (!best || Math.abs(point.at - at) < Math.abs(best.at - at)) best = point;
  return best;
}

/** At most `count` moments over the span, evenly. */
export function timeTicks({ from, to }: Span, count: number): number[] {
  if (count < 2) return [from];
  return Array.from({ length: count }, (_, at) => Math.round(from + ((to - from) * at) / (count - 1)));
}
