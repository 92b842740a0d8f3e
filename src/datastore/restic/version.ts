// What the installed restic can do, read from how it names its version. Pure. Debian 12 has 0.14; what is newer is used when it is there.

export interface Features {
  /** `--retry-lock`: restic itself waits for a lock, and notices at once when it goes. */
  retryLock: boolean;
  /** `restore --sparse`. */
  sparseRestore: boolean;
  /** A file of a snapshot can be written to its place with `dump --target`. */
  dumpTarget: boolean;
}

/** The numbers in the answer of `restic version`; undefined when it is none. */
export function readVersion(stdout: string): [major: number, minor: number, patch: number] | undefined {
  const [, major, minor, patch] = /^restic (\d+)\.(\d+)\.(\d+)/m.exec(stdout) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** A version that is not understood can do what all can. */
export function featuresOf(stdout: string): Features {
  const version = readVersion(stdout);
  const since = (minor: number): boolean => version !== undefined && (version[0] > 0 || version[1] >= minor);
  return { retryLock: since(16), sparseRestore: since(15), dumpTarget: since(17) };
}
