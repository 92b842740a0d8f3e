// What the guest does in the background until it is told to stop; it has really stopped when `STOP` has been run.

/** A shell command that does `body` again and again; `before` is done once. */
export function again(body: string, before = ':'): string {
  const loop = `${before}; until [ -e /tmp/stop ]; do ${body}; done; touch /tmp/stopped`;
  return `rm -f /tmp/stop /tmp/stopped; (${loop}) >/dev/null 2>&1 &`;
}

export const STOP = 'touch /tmp/stop; until [ -e /tmp/stopped ]; do usleep 50000; done';
