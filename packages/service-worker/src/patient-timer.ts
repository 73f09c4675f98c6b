/**
 * A deadline for somebody else's silence.
 * 1. When this worker itself could not run, what the other side said in the meantime is still waiting to be read: a timer that comes late
 *    proves nothing, and is set again.
 * 2. The same when the other side has said anything at all since the timer was set: then it is busy, not dead.
 * 3. It is set again a few times only, so that it does end.
 */
const MAX_EXTENSIONS = 3;

export class PatientTimer {
  readonly #lastSign: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #extensions = 0;

  /** After `milliseconds` of silence, `silent` is called. `lastSign`: when the other side was last heard, as `performance.now()` has it. */
  constructor(milliseconds: number, silent: () => void, lastSign: () => number = () => 0) {
    this.#lastSign = lastSign;
    this.#arm(milliseconds, silent);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #arm(milliseconds: number, silent: () => void): void {
    const armed = performance.now();
    this.#timer = setTimeout(() => {
      const isLate = performance.now() - armed > milliseconds * 1.25;
      const isBusy = this.#lastSign() > armed;
      if ((isLate || isBusy) && this.#extensions++ < MAX_EXTENSIONS) this.#arm(milliseconds, silent);
      else silent();
    }, milliseconds);
  }
}
