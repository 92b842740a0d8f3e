// What a followed operation looks like: one bar per disk on a terminal, otherwise a line every few seconds. All of it goes to
// stderr, so that stdout holds results alone.
import type { SingleBar } from 'cli-progress';
import type { DiskProgress, Operation } from '../model/operation.ts';
import type { Io } from './io.ts';
import { bytes } from './units.ts';

export interface ProgressView {
  update: (operation: Operation) => void;
  stop: () => void;
}

const LINE_EVERY_MS = 5000;

/** The view that fits the terminal. */
export async function progressView(io: Io, title: string): Promise<ProgressView> {
  return io.bars ? barView(io, title) : lineView(io, title);
}

function lineView(io: Io, title: string): ProgressView {
  const rates = new Rates();
  let phase = '';
  let lastLineAt = -Infinity;
  return {
    update(operation) {
      rates.add(operation.disks, io.now());
      const due = io.now() - lastLineAt >= LINE_EVERY_MS;
      if (operation.result !== 'running' || (operation.phase === phase && !due)) return;
      phase = operation.phase;
      lastLineAt = io.now();
      const disks = operation.disks.map((disk) => `disk ${disk.diskId} ${amountText(disk, rates.of(disk.diskId))}`);
      io.warn([`${title}: ${phase}`, ...disks].join('; '));
    },
    stop() {},
  };
}

async function barView(io: Io, title: string): Promise<ProgressView> {
  const { default: progress } = await import('cli-progress');
  const multi = new progress.MultiBar({
    format: `${title} {phase} disk {disk} [{bar}] {amount}`,
    barsize: 24,
    hideCursor: true,
    autopadding: true,
    gracefulExit: false,
  });
  const bars = new Map<number, SingleBar>();
  const rates = new Rates();
  let lastPhase = '';
  const barOf = (disk: DiskProgress): SingleBar => {
    const bar = bars.get(disk.diskId) ?? multi.create(disk.bytesTotal, 0, { disk: disk.diskId, phase: '', amount: '' });
    bars.set(disk.diskId, bar);
    return bar;
  };
  return {
    update({ disks, phase, result }) {
      rates.add(disks, io.now());
      // Without a bar there is no other place for the phase.
      if (disks.length === 0 && result === 'running' && phase !== lastPhase) io.warn(`${title}: ${phase}`);
      lastPhase = phase;
      for (const disk of disks) {
        const bar = barOf(disk);
        bar.setTotal(disk.bytesTotal);
        bar.update(disk.bytesDone, { phase, amount: amountText(disk, rates.of(disk.diskId)) });
      }
    },
    stop: () => multi.stop(),
  };
}

/** `900M of 2G, 45%, 120M/s, 10s left`. `rate` is in bytes a second. */
export function amountText({ bytesDone, bytesTotal }: DiskProgress, rate: number): string {
  const parts = [`${bytes(bytesDone)} of ${bytes(bytesTotal)}`];
  if (bytesTotal > 0) parts.push(`${Math.floor((100 * bytesDone) / bytesTotal)}%`);
  if (rate > 0 && bytesDone < bytesTotal) {
    parts.push(`${bytes(rate)}/s`, `${duration((bytesTotal - bytesDone) / rate)} left`);
  }
  return parts.join(', ');
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h${String(Math.floor(whole / 60) % 60).padStart(2, '0')}m`;
}

const WINDOW_MS = 15_000;

/** Bytes a second of each disk over the last quarter minute. */
export class Rates {
  readonly #samples = new Map<number, Array<{ atMs: number; done: number }>>();

  add(disks: readonly DiskProgress[], nowMs: number): void {
    for (const { diskId, bytesDone } of disks) {
      const samples = this.#samples.get(diskId) ?? [];
      samples.push({ atMs: nowMs, done: bytesDone });
      while (samples.length > 2 && nowMs - (samples[0]?.atMs ?? nowMs) > WINDOW_MS) samples.shift();
      this.#samples.set(diskId, samples);
    }
  }

  /** 0 until there are two samples apart. */
  of(diskId: number): number {
    const samples = this.#samples.get(diskId) ?? [];
    const [first, last] = [samples[0], samples.at(-1)];
    if (!first || !last || last.atMs <= first.atMs) return 0;
    return Math.max(0, ((last.done - first.done) * 1000) / (last.atMs - first.atMs));
  }
}
