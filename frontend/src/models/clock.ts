/** The server's time, as far as one can tell from here: a viewer's clock may be an hour off, or jump. */

export type Now = () => number;

const SAMPLES = 8;

export class ServerClock {
  readonly #now: Now;
  #samples: number[] = [];
  #offset = 0;

  constructor(now: Now) {
    this.#now = now;
  }

  /** Milliseconds since 1970 by the server's clock. */
  now(): number {
    return this.#now() + this.#offset;
  }

  /** Something that the server dated has just happened. The quickest of the latest to get here tells most. */
  learn(at: number): void {
    this.#samples.push(at - this.#now());
    if (this.#samples.length > SAMPLES) this.#samples.shift();
    this.#offset = Math.max(...this.#samples);
  }

  /** Something that the server dated has happened at some time before: its clock is not behind that. */
  notBefore(at: number): void {
    this.#offset = Math.max(this.#offset, at - this.#now());
  }
}
