// What a followed operation looks like: one bar per disk on a terminal, otherwise a line every few seconds. All of it goes to
// stderr, so that stdout holds results alone.
import type { SingleBar } from 'cli-progress';
import { WAITING, type DiskProgress, type Operation } from '../model/operation.ts';
import { paceOf, sampleOf, withSample, type Pace, type PaceSample } from '../model/pace.ts';
import type { Io } from './io.ts';
import { terminalText } from './terminal-text.ts';
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
  const paces = new DiskPaces();
  let phase = '';
  let lastLineAt = -Infinity;
  return {
    update(operation) {
      paces.add(operation.disks, io.now());
      const due = io.now() - lastLineAt >= LINE_EVERY_MS;
      const now = phaseText(operation);
      if (operation.result !== 'running' || (now === phase && !due)) return;
      phase = now;
      lastLineAt = io.now();
      const disks = operation.disks.map((disk) => `disk ${disk.diskId} ${amountText(disk, paces.of(disk, operation))}`);
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
  const paces = new DiskPaces();
  let lastPhase = '';
  const barOf = (disk: DiskProgress): SingleBar => {
    const bar = bars.get(disk.diskId) ?? multi.create(disk.bytesTotal, 0, { disk: disk.diskId, phase: '', amount: '' });
    bars.set(disk.diskId, bar);
    return bar;
  };
  return {
    update(operation) {
      const { disks, result } = operation;
      const phase = terminalText(phaseText(operation));
      paces.add(disks, io.now());
      // Without a bar there is no other place for the phase.
      if (disks.length === 0 && result === 'running' && phase !== lastPhase) io.warn(`${title}: ${phase}`);
      lastPhase = phase;
      for (const disk of disks) {
        const bar = barOf(disk);
        bar.setTotal(disk.bytesTotal);
        bar.update(disk.bytesDone, { phase, amount: amountText(disk, paces.of(disk, operation)) });
      }
    },
    stop: () => multi.stop(),
  };
}

/** The phase, or what a run is waiting for, or that it was asked to end. */
function phaseText({ phase, waits, cancelling, result }: Operation): string {
  if (cancelling && result === 'running') return 'CANCELLING';
  return phase === WAITING && waits ? `${phase}: ${waits}` : phase;
}

/** `900M of 2G, 45%, 120M/s, 10s left` */
export function amountText({ bytesDone, bytesTotal }: DiskProgress, pace: Pace | undefined): string {
  const parts = [`${bytes(bytesDone)} of ${bytes(bytesTotal)}`];
  if (bytesTotal > 0) parts.push(`${Math.floor((100 * bytesDone) / bytesTotal)}%`);
  if (pace && bytesDone < bytesTotal) parts.push(`${bytes(pace.bytesPerSec)}/s`, `${duration(pace.leftSec)} left`);
  return parts.join(', ');
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h${String(Math.floor(whole / 60) % 60).padStart(2, '0')}m`;
}

/** How fast each disk goes. */
class DiskPaces {
  readonly #samples = new Map<number, PaceSample[]>();

  add(disks: readonly DiskProgress[], nowMs: number): void {
    for (const disk of disks) {
      this.#samples.set(disk.diskId, withSample(this.#samples.get(disk.diskId) ?? [], sampleOf([disk], nowMs)));
    }
  }

  /** Of the only disk of a run the server can tell at once, as it has seen it all. */
  of({ diskId }: DiskProgress, { disks, pace }: Operation): Pace | undefined {
    return (disks.length === 1 ? pace : undefined) ?? paceOf(this.#samples.get(diskId) ?? []);
  }
}
