/** The rooms that this page has been in: one is on screen, others still have something to deliver. */
import type { Stay } from "./stay";

const MOST_IDLE = 3;

export class Stays {
  readonly #make: (code: string) => Stay;
  readonly #stays = new Map<string, Stay>();
  current: Stay;

  constructor(code: string, make: (code: string) => Stay) {
    this.#make = make;
    this.current = make(code);
    this.#stays.set(code, this.current);
  }

  /** Bring a room on screen. */
  show(code: string): void {
    this.current.hide();
    const stay = this.#stays.get(code) ?? this.#make(code);
    this.#stays.delete(code);
    this.#stays.set(code, stay); // the last is the one that was on screen last
    this.current = stay;
    stay.show();
    this.#forget();
  }

  /** Begin as if no room had ever been seen. */
  renew(): void {
    const { code } = this.current.room;
    this.down();
    this.#stays.clear();
    this.current = this.#make(code);
    this.#stays.set(code, this.current);
  }

  up(): void {
    for (const stay of this.#stays.values()) void stay.up();
  }

  down(): void {
    for (const stay of this.#stays.values()) stay.down();
  }

  #forget(): void {
    const idle = [...this.#stays.entries()].filter(([, stay]) => stay !== this.current && !stay.busy);
    for (const [code] of idle.slice(0, -MOST_IDLE)) this.#stays.delete(code);
  }
}
