// A chart over time: lines or bars of one or several series, and the same numbers as a table for those who do not see it.
import { Table, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useState } from 'react';
import { texts } from '../texts/index.ts';
import classes from './chart.module.css';
import {
  nearest,
  placed,
  scaleOf,
  spanOf,
  timeTicks,
  barWidth,
  type Area,
  type Point,
  type Rounding,
  type Scale,
  type Span,
} from './chart-scale.ts';
import { dayText, exactMoment } from './format.ts';

export interface Series {
  label: string;
  points: readonly Point[];
  /** Drawn dashed: what is expected, not what was. */
  dashed?: boolean;
}

interface ChartProps {
  label: string;
  series: readonly Series[];
  as?: 'line' | 'bars';
  /** How values are written. */
  text?: (value: number) => string;
  /** What round numbers on the axis are: 1024 for bytes, `time` for seconds. */
  rounding?: Rounding;
  /** A value with a line of its own: a capacity. */
  limit?: { value: number; label: string };
  height?: number;
}

const LEFT = 62;
const RIGHT = 10;
const BOTTOM = 20;
const TOP = 8;
const COLORS = ['blue', 'teal', 'orange', 'grape'] as const;

export function Chart({ label, series, as = 'line', text = String, rounding, limit, height = 180 }: ChartProps) {
  const { ref, width } = useElementSize();
  const [hovered, setHovered] = useState<number>();
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0) return null;
  const span = spanOf(all);
  const scale = scaleOf(Math.max(...all.map(({ value }) => value), limit?.value ?? 0), rounding);
  const room = Math.max(width - LEFT - RIGHT, RIGHT);
  const bar = as === 'bars' ? barWidth(room, all) : 0;
  const frame: Area = { left: LEFT, top: TOP, width: room, height: height - TOP - BOTTOM };
  const area: Area = { ...frame, left: LEFT + bar / 2, width: room - bar };
  const near = hovered === undefined ? undefined : nearest(all, span, area, hovered);
  return (
    <figure ref={ref} className={classes['figure']}>
      <figcaption className={classes['caption']}>
        <Legend label={label} series={series} />
        <Text size="xs" c="dimmed" mih={18}>
          {near && `${exactMoment(near.at)}: ${valuesAt(series, near.at, text)}`}
        </Text>
      </figcaption>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`${label}. ${summary(series, text)}`}
        onPointerMove={(event) => setHovered(event.nativeEvent.offsetX)}
        onPointerLeave={() => setHovered(undefined)}
      >
        <Axes frame={frame} area={area} span={span} scale={scale} text={text} />
        {limit && (
          <Limit {...limit} y={placed({ at: span.from, value: limit.value }, span, scale.top, area).y} area={area} />
        )}
        {series.map((each, at) => (
          <Drawn key={each.label} series={each} bar={bar} area={area} span={span} top={scale.top} color={colorOf(at)} />
        ))}
        {near && <circle {...center(placed(near, span, scale.top, area))} r={4} className={classes['near']} />}
      </svg>
      <Numbers series={series} text={text} label={label} />
    </figure>
  );
}

const colorOf = (at: number): string => `var(--mantine-color-${COLORS[at % COLORS.length]!}-filled)`;
const center = ({ x, y }: { x: number; y: number }) => ({ cx: x, cy: y });

function Legend({ label, series }: { label: string; series: readonly Series[] }) {
  return (
    <Text component="span" size="sm" fw={600}>
      {label}
      {series.length > 1 &&
        series.map((each, at) => (
          <span key={each.label} className={classes['key']}>
            <span className={classes['swatch']} style={{ background: colorOf(at) }} /> {each.label}
          </span>
        ))}
    </Text>
  );
}

interface AxesProps {
  /** What the lines go through. */
  frame: Area;
  /** Where the points are. */
  area: Area;
  span: Span;
  scale: Scale;
  text: (value: number) => string;
}

function Axes({ frame, area, span, scale, text }: AxesProps) {
  const bottom = area.top + area.height;
  const times = timeTicks(span, Math.min(5, Math.max(2, Math.floor(area.width / 110))));
  return (
    <g aria-hidden>
      {scale.ticks.map((value) => {
        const { y } = placed({ at: span.from, value }, span, scale.top, area);
        return (
          <g key={value}>
            <line x1={frame.left} x2={frame.left + frame.width} y1={y} y2={y} className={classes['grid']} />
            <text x={frame.left - 6} y={y + 4} textAnchor="end" className={classes['tick']}>
              {text(value)}
            </text>
          </g>
        );
      })}
      {times.map((at, index) => (
        <text
          key={at}
          x={placed({ at, value: 0 }, span, 1, area).x}
          y={bottom + 15}
          textAnchor={index === 0 ? 'start' : index === times.length - 1 ? 'end' : 'middle'}
          className={classes['tick']}
        >
          {dayText(at)}
        </text>
      ))}
    </g>
  );
}

function Limit({ label, y, area }: { label: string; y: number; area: Area }) {
  return (
    <g aria-hidden>
      <line x1={area.left} x2={area.left + area.width} y1={y} y2={y} className={classes['limit']} />
      <text x={area.left + area.width} y={y + 12} textAnchor="end" className={classes['tick']}>
        {label}
      </text>
    </g>
  );
}

interface DrawnProps {
  series: Series;
  /** Width of bars; 0 for a line. */
  bar: number;
  area: Area;
  span: Span;
  top: number;
  color: string;
}

function Drawn({ series: { points, dashed }, bar, area, span, top, color }: DrawnProps) {
  const places = points.map((point) => placed(point, span, top, area));
  if (bar > 0) {
    return places.map(({ x, y }, at) => (
      <rect key={at} x={x - bar / 2} y={y} width={bar} height={Math.max(area.top + area.height - y, 0)} fill={color} />
    ));
  }
  // a line needs two points to be seen
  if (places.length === 1) return <circle {...center(places[0]!)} r={3} fill={color} />;
  return (
    <polyline
      points={places.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}
      fill="none"
      stroke={color}
      strokeWidth={2}
      strokeLinejoin="round"
      strokeDasharray={dashed ? '5 4' : undefined}
    />
  );
}

/** The values of all series at a moment, or nothing of those that have none there. */
function valuesAt(series: readonly Series[], at: number, text: (value: number) => string): string {
  const values = series.flatMap(({ label, points }) => {
    const point = points.find((each) => each.at === at);
    return point ? [series.length > 1 ? `${label} ${text(point.value)}` : text(point.value)] : [];
  });
  return values.join(', ');
}

function summary(series: readonly Series[], text: (value: number) => string): string {
  return series
    .map(({ label, points }) => {
      const last = points.at(-1);
      return last ? `${label}: ${texts.common.lastOf(points.length, text(last.value))}` : label;
    })
    .join('. ');
}

function Numbers({
  series,
  text,
  label,
}: {
  series: readonly Series[];
  text: (value: number) => string;
  label: string;
}) {
  const moments = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].toSorted((a, b) => b - a);
  const [open, setOpen] = useState(false);
  return (
    <details className={classes['numbers']} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary aria-label={`${texts.common.showTable}: ${label}`}>{texts.common.showTable}</summary>
      {open && (
        <Table aria-label={label} fz="xs" verticalSpacing={2}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.common.when}</Table.Th>
              {series.map((each) => (
                <Table.Th key={each.label}>{each.label}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {moments.map((at) => (
              <Table.Tr key={at}>
                <Table.Td>{exactMoment(at)}</Table.Td>
                {series.map((each) => {
                  const point = each.points.find((one) => one.at === at);
                  return <Table.Td key={each.label}>{point ? text(point.value) : texts.common.nothing}</Table.Td>;
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </details>
  );
}
