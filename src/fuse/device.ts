// What is asked of the kernel besides mounting: the FUSE device, a mount's read-ahead, and breaking a connection off.
import fs from 'node:fs';
import { promisify } from 'node:util';
import { CODE, OneError, reasonOf } from '../model/errors.ts';

const DEVICE = '/dev/fuse';
/** Where the kernel's fusectl filesystem belongs. */
export const CONNECTIONS = '/sys/fs/fuse/connections';

/** Opens the device. The descriptor is not inherited by programs unless it is handed to them. */
export async function openDevice(path: string = DEVICE): Promise<number> {
  try {
    return await promisify(fs.open)(path, 'r+');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    const denied = code === 'EACCES' || code === 'EPERM';
    const hint = denied
      ? 'Run this as root, or give this container the device.'
      : 'Load the kernel module: modprobe fuse';
    throw new OneError(CODE.INTERNAL, `Cannot open ${path} to show the backup as files: ${reasonOf(cause)}.`, {
      hint,
      cause,
    });
  }
}

/**
 * Sets how far the kernel reads ahead of a reader of the mount with this device number. INIT can only lower the default of
 * 128 KiB. Without the right to raise it the mount works, only slower.
 */
export function setReadAhead(device: string, readAheadKb: number): void {
  try {
    fs.writeFileSync(`/sys/class/bdi/${device}/read_ahead_kb`, String(readAheadKb));
  } catch {
    // a container's /sys is often read-only
  }
}

/** Breaks off the connection of the mount with this device number. False when fusectl does not list it. */
export function abortConnection(device: string): boolean {
  const control = `${CONNECTIONS}/${device.split(':')[1]}/abort`;
  if (!fs.existsSync(control)) return false;
  fs.writeFileSync(control, '1');
  return true;
}
