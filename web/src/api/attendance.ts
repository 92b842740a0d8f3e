// Whether somebody is at the page: what it asks for by itself, because something has changed, must not keep a session that nobody uses.

/** So long after something was touched, what is asked for is on somebody's behalf. */
const AWAY_MS = 10_000;
/** Somebody who types for long asks for nothing: the daemon is told this often. */
const TELL_MS = 60_000;
const TOUCHES = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;

export class Attendance {
  readonly #clock: () => number;
  #touchedMs: number;
  #toldMs: number;

  /** Whoever has opened the page is there. */
  constructor(clock: () => number) {
    this.#clock = clock;
    this.#touchedMs = this.#toldMs = clock();
  }

  get isThere(): boolean {
    return this.#clock() - this.#touchedMs < AWAY_MS;
  }

  /** Something was asked for, which tells the daemon that somebody is there. */
  told(): void {
    this.#toldMs = this.#clock();
  }

  /** True when the daemon has not been told for a while. */
  touched(): boolean {
    this.#touchedMs = this.#clock();
    if (this.#touchedMs - this.#toldMs < TELL_MS) return false;
    this.told();
    return true;
  }
}

export const attendance = new Attendance(Date.now);

/** Calls `tell` now and then while somebody is there; the answer ends that. */
export function attend(tell: () => void): () => void {
  const touched = (): void => {
    if (attendance.touched()) tell();
  };
  for (const touch of TOUCHES) window.addEventListener(touch, touched, { passive: true, capture: true });
  return () => {
    for (const touch of TOUCHES) window.removeEventListener(touch, touched, { capture: true });
  };
}
