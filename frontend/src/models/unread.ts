/** Unread: how far one has read, what to tell the server of it, and where the new messages begin. */

const TELL_EVERY = 2_000;

export interface Divider {
  /** The number of the last message that had been read. */
  readonly after: number;
  readonly count: number;
}

export class Unread {
  #last = 0;
  #read = 0;
  #told = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #sees = false;
  #divider: Divider | null = null;

  get count(): number {
    return Math.max(0, this.#last - this.#read);
  }

  get divider(): Divider | null {
    return this.#divider;
  }

  get sees(): boolean {
    return this.#sees;
  }

  /** The room as one finds it, also when coming back. `over` says that its history is another one. */
  joined(read: number, last: number, over: boolean): void {
    if (over) this.#read = this.#told = this.#toldAt = 0;
    this.#last = over ? last : Math.max(this.#last, last);
    this.#told = Math.max(this.#told, read);
    this.#read = Math.min(this.#last, Math.max(this.#read, read));
    if (over) this.#divider = null;
    this.#settle();
  }

  /** A message has come. One's own means that all before it was read. */
  message(number: number, mine: boolean): void {
    this.#last = Math.max(this.#last, number);
    if (mine) {
      this.#read = this.#told = Math.max(this.#read, number);
      this.#divider = null;
    }
    this.#settle();
  }

  /** As far as was read in another window or on another machine. */
  readElsewhere(number: number): void {
    const read = Math.min(this.#last, number);
    this.#told = Math.max(this.#told, read);
    this.#read = Math.max(this.#read, read);
    if (!this.#sees && this.count === 0) this.#divider = null;
    this.#settle();
  }

  /** The reader sees the end, or no longer does: a line that was read is not drawn again. */
  see(sees: boolean): void {
    if (!sees && this.count === 0) this.#divider = null;
    this.#sees = sees;
    this.#settle();
  }

  /** In how many milliseconds there is a position to tell; null when it is known. */
  due(now: number): number | null {
    return this.#read > this.#told ? Math.max(0, this.#toldAt + TELL_EVERY - now) : null;
  }

  /** Take the position that is told now. */
  tell(now: number): number {
    this.#toldAt = now;
    this.#told = this.#read;
    return this.#read;
  }

  /** It didn't get there. */
  untold(): void {
    this.#told = 0;
  }

  #settle(): void {
    if (this.#sees) this.#read = this.#last;
    else if (this.count > 0) {
      const known = this.#divider;
      const after = known && known.after + known.count > this.#read ? known.after : this.#read;
      this.#divider = { after, count: this.#last - after };
    }
  }
}
