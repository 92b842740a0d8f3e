// Finds out whether guests really run under KVM here. /dev/kvm may exist and still hang every guest, or run it instruction by
// instruction, a thousand times too slowly. So a machine is booted whose only program counts for a while, which takes real
// KVM a fraction of a second, and then writes a byte to a port that ends QEMU with a known code.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, type Exit } from '../../exec/exec.ts';

const LIMIT_MS = 5000;
const KILL_LIMIT_MS = 2000;
const PORT = 0xf4;
const ANSWER = 0x2a;
/** Rounds of two instructions. */
const COUNT = 100_000_000;
/** isa-debug-exit ends QEMU with (value << 1) | 1. */
const EXPECTED = (ANSWER << 1) | 1;

/** Boots the probe with QEMU's accelerator `accel` and says whether it ran within five seconds. Leaves nothing behind. */
export async function probe(accel: 'kvm' | 'tcg' = 'kvm'): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'onevault-probe-'));
  try {
    const disk = join(directory, 'boot.raw');
    await writeFile(disk, bootSector());
    return (await boot(accel, disk))?.code === EXPECTED;
  } catch {
    return false; // no QEMU, no KVM
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function boot(accel: string, disk: string): Promise<Exit | null> {
  const machine = ['-accel', accel, '-machine', 'pc', '-m', '16', '-nodefaults', '-no-user-config', '-display', 'none'];
  const devices = ['-drive', `file=${disk},format=raw,if=ide`, '-device', `isa-debug-exit,iobase=${PORT},iosize=4`];
  const qemu = start(['qemu-system-x86_64', ...machine, ...devices], { dieWithParent: true });
  qemu.stdout.resume();
  const limit = new AbortController();
  try {
    const late = sleep(LIMIT_MS, null, { signal: limit.signal }).catch(() => null);
    return await Promise.race([qemu.exit, late]);
  } finally {
    limit.abort();
    qemu.kill('SIGKILL');
    // A process that hangs in the kernel may take a while to go; it is not waited for any longer.
    await Promise.race([qemu.exit.catch(() => null), sleep(KILL_LIMIT_MS, null, { ref: false })]);
  }
}

/** mov ecx, COUNT; again: dec ecx; jnz again; mov al, ANSWER; out PORT, al; then halt for ever. 16 bit code. */
function bootSector(): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32LE(COUNT);
  const program = [0x66, 0xb9, ...count, 0x66, 0x49, 0x75, 0xfc, 0xb0, ANSWER, 0xe6, PORT, 0xfa, 0xf4, 0xeb, 0xfd];
  const sector = Buffer.alloc(512);
  Buffer.from(program).copy(sector);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}
