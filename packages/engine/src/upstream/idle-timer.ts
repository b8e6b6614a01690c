export interface IdleTimerOptions {
  /** How long nothing may happen; 0 never ends. */
  idleMs: () => number;
  /** Whether something keeps it busy that does not show as a use. */
  isHeld: () => boolean;
  onIdle: () => void;
  /** ms of a clock that only goes forward; the machine's own where it is not given. */
  now?: () => number;
}

/** Tells when something that runs has not been used for so long. */
export class IdleTimer {
  readonly #options: IdleTimerOptions;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #usedAt = 0;

  constructor(options: IdleTimerOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** Begins to watch, also where it watches already: the time is another, perhaps. */
  start(): void {
    this.touch();
    this.#wait();
  }

  /** It is being used. Called for each call, so it costs a look at the clock only. */
  touch(): void {
    this.#usedAt = this.#now();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    this.stop();
    const idleMs = this.#options.idleMs();
    if (idleMs === 0) return;
    const leftMs = this.#usedAt + idleMs - this.#now();
    this.#timer = setTimeout(() => this.#look(), Math.max(leftMs, 1));
  }

  #look(): void {
    const { idleMs, isHeld, onIdle } = this.#options;
    if (isHeld()) this.touch();
    if (this.#now() - this.#usedAt >= idleMs()) onIdle();
    else this.#wait();
  }
}
