// How long a guest's reads and writes take, as QEMU counts them in its histograms of latency: from when the guest asks until it is answered.
import { run } from '../../src/exec/exec.ts';
import { URI } from '../guest/domains.ts';

/** Each bin is a fifth wider than the one before: a quantile is right to within a tenth. */
const RATIO = 1.2;
const FROM_NS = 10_000;
const TO_NS = 60e9;
export const BOUNDARIES = Array.from({ length: Math.ceil(Math.log(TO_NS / FROM_NS) / Math.log(RATIO)) }, (_, at) =>
  Math.round(FROM_NS * RATIO ** at),
);

export interface Histogram {
  boundaries: number[];
  bins: number[];
}

export interface Latencies {
  reads: Histogram;
  writes: Histogram;
}

interface BlockStats {
  qdev?: string;
  stats: { rd_latency_histogram?: Histogram; wr_latency_histogram?: Histogram };
}

/** Counts what the disk on this target does from now on. */
export class LatencyCounter {
  readonly #domain: string;
  readonly #device: string;

  private constructor(domain: string, device: string) {
    this.#domain = domain;
    this.#device = device;
  }

  static async of(domain: string, index: number): Promise<LatencyCounter> {
    const all = (await qmp(domain, 'query-blockstats')) as BlockStats[];
    const device = all[index]?.qdev;
    if (device === undefined) throw new Error(`QEMU names no device of disk ${index}: ${JSON.stringify(all)}`);
    return new LatencyCounter(domain, device);
  }

  async reset(): Promise<void> {
    await qmp(this.#domain, 'block-latency-histogram-set', { id: this.#device, boundaries: BOUNDARIES });
  }

  async read(): Promise<Latencies> {
    const all = (await qmp(this.#domain, 'query-blockstats')) as BlockStats[];
    const stats = all.find(({ qdev }) => qdev === this.#device)?.stats;
    const { rd_latency_histogram: reads, wr_latency_histogram: writes } = stats ?? {};
    if (!reads || !writes) throw new Error(`QEMU has no histograms of ${this.#device}.`);
    return { reads, writes };
  }
}

export async function qmp(domain: string, execute: string, given: object = {}): Promise<unknown> {
  const command = JSON.stringify({ execute, arguments: given });
  const { stdout } = await run(['virsh', '-q', '-c', URI, 'qemu-monitor-command', domain, command]);
  const answer = JSON.parse(stdout) as { return?: unknown; error?: { desc: string } };
  if (answer.error) throw new Error(`${execute} of ${domain}: ${answer.error.desc}`);
  return answer.return;
}

/** How many were counted. */
export function counted({ bins }: Histogram): number {
  return bins.reduce((sum, bin) => sum + bin, 0);
}

/** Milliseconds below which this share of them took; between the bounds of a bin it goes in a straight line. */
export function quantileMs({ boundaries, bins }: Histogram, share: number): number {
  let left = counted({ boundaries, bins }) * share;
  for (const [at, bin] of bins.entries()) {
    const from = at === 0 ? 0 : (boundaries[at - 1] ?? 0);
    const to = boundaries[at] ?? from * RATIO;
    if (bin > 0 && left <= bin) return (from + ((to - from) * left) / bin) / 1e6;
    left -= bin;
  }
  return Number.NaN;
}
