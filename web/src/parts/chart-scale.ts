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

/** What round numbers are: decimal, powers of 1024 for bytes, or minutes and hours for seconds. */
export type Rounding = 1000 | 1024 | 'time';

const LINES = 4;
const DAY_SEC = 86_400;
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY_SEC];

/** A few round steps up to at least `most`. */
export function scaleOf(most: number, rounding: Rounding = 1000): Scale {
  if (!(most > 0)) return { top: 1, ticks: [0, 1] };
  const step = rounding === 'time' ? timeStep(most / LINES) : numberStep(most, rounding);
  const count = Math.ceil(most / step - 1e-9);
  return { top: step * count, ticks: Array.from({ length: count + 1 }, (_, at) => at * step) };
}

function timeStep(wanted: number): number {
  const step = TIME_STEPS.find((each) => each >= wanted);
  return step ?? numberStep((wanted * LINES) / DAY_SEC, 1000) * DAY_SEC;
}

function numberStep(most: number, base: number): number {
  const unit = base ** Math.floor(Math.log(most) / Math.log(base));
  const wanted = most / unit / LINES;
  const size = 10 ** Math.floor(Math.log10(wanted));
  return unit * (([1, 2, 2.5, 5, 10].find((each) => each * size >= wanted * 0.999) ?? 10) * size);
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

const WIDEST_BAR = 18;

/** So wide that the two that stand closest do not touch. */
export function barWidth(room: number, points: readonly Point[]): number {
  const times = points.map(({ at }) => at).toSorted((a, b) => a - b);
  const all = times.at(-1)! - times[0]!;
  const gaps = times.slice(1).map((at, before) => at - times[before]!);
  const least = Math.min(...gaps.filter((gap) => gap > 0), all || 1);
  // a bar stands half beside its moment, so that all of them take one gap more than there are
  return Math.max(2, Math.min(WIDEST_BAR, ((room * least) / (all + least)) * 0.7));
}
