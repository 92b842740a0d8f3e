// Reads what the kernel counts in /proc. Pure: text in, numbers out; a counter that is not there is 0.

/** The kernel's unit of CPU time in /proc, the same on every platform that Node runs on. */
const TICKS_PER_SEC = 100;
/** /proc/diskstats counts sectors of this size whatever the disk's own are. */
const SECTOR_BYTES = 512;

/** CPU seconds that all CPUs together were not idle, from /proc/stat. Waiting for disks is idle; stolen time is not ours. */
export function busySec(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] =
    /^cpu +(.*)$/m.exec(stat)?.[1]?.split(' ').map(Number) ?? [];
  return (user + nice + system + irq + softirq) / TICKS_PER_SEC;
}

/** CPU seconds of a process and of its children that have ended and were waited for, from /proc/<pid>/stat. */
export function processSec(stat: string): number {
  // the name stands in brackets and may hold anything, brackets too
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SEC;
}

/** Bytes that a process and its ended children caused to be written to disk, from /proc/<pid>/io. */
export function processWritten(io: string): number {
  return field(io, 'write_bytes') - field(io, 'cancelled_write_bytes');
}

/** Peak resident bytes of a process, from /proc/<pid>/status. */
export function peakRss(status: string): number {
  return field(status, 'VmHWM') * 1024;
}

/** Bytes written to the disk or partition with this device number, from /proc/diskstats; undefined when it lists none. */
export function diskWritten(diskstats: string, major: number, minor: number): number | undefined {
  const line = diskstats.split('\n').find((text) => new RegExp(`^ *${major} +${minor} `).test(text));
  const sectors = line?.trim().split(/ +/)[9];
  return sectors === undefined ? undefined : Number(sectors) * SECTOR_BYTES;
}

/** Splits a stat's device number as the kernel's C library does. */
export function deviceNumber(dev: number): { major: number; minor: number } {
  const bits = BigInt(dev);
  const major = ((bits >> 8n) & 0xfffn) | ((bits >> 32n) & ~0xfffn);
  const minor = (bits & 0xffn) | ((bits >> 12n) & 0xffffff00n);
  return { major: Number(major), minor: Number(minor) };
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}
