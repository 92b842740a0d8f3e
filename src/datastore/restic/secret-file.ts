// Keys and certificates that a program wants in a file. The file has no name from its first moment on: it is reached through this process's
// descriptor, by this user alone, and is gone with the process, however that dies.
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const paths = new Map<string, string>();

/** The path of a file with this text, for as long as this process runs. */
export function secretFile(text: string): string {
  const path = paths.get(text) ?? `/proc/${process.pid}/fd/${nameless(text)}`;
  paths.set(text, path);
  return path;
}

function nameless(text: string): number {
  const directory = mkdtempSync(join(tmpdir(), 'onevault-key-'));
  try {
    const fd = openSync(join(directory, 'key'), 'wx+', 0o600);
    rmSync(directory, { recursive: true });
    writeSync(fd, text);
    return fd;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
