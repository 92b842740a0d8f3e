// Looks again and again: soon when somebody asks for it, and otherwise after a while. One look at a time; asked while it looks, it looks once
// more.
export interface LookWork {
  look: () => Promise<void>;
  /** How long it sleeps after a look. */
  sleepMs: () => Promise<number>;
  failed: (error: unknown) => void;
}

/** How long it sleeps when not even that could be found out. */
const AFTER_FAILURE_MS = 5000;

export class Looks {
  readonly #work: LookWork;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #started = false;

  constructor(work: LookWork) {
    this.#work = work;
  }

  start(): void {
    this.#started = true;
    this.wake();
  }

  /** Settles when the look that is under way has ended. */
  async stop(): Promise<void> {
    this.#started = false;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  /** Looks soon. */
  wake(): void {
    if (!this.#started) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#looking = this.#work
      .look()
      .catch(this.#work.failed)
      .then(() => this.#sleep())
      .finally(() => {
        this.#looking = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.wake();
      });
  }

  async #sleep(): Promise<void> {
    if (!this.#started) return;
    const ms = await this.#work.sleepMs().catch((error: unknown) => {
      this.#work.failed(error);
      return AFTER_FAILURE_MS;
    });
    this.#timer = setTimeout(() => this.wake(), ms);
  }
}
