/** Notices: who has entered and left the room while one was looking. They are shown, never stored. */
import type { Person, SystemLine } from "./view";

const MOST = 200;

export interface Notice extends SystemLine {
  /** The seq after which it stands. */
  readonly after: number;
}

interface Told extends Notice {
  readonly who: string;
  readonly run: number;
}

export class Notices {
  #told: Told[] = [];
  #made = 0;

  get lines(): readonly Notice[] {
    return this.#told;
  }

  /**
   * Somebody has entered or left. `run` changes with every message: somebody who comes and goes again and again in between
   * is told of once.
   */
  add(person: Person, deed: "entered" | "left", at: number, after: number, run: number): void {
    const before = this.#told.filter((notice) => notice.who === person.id && notice.run === run);
    const dropped = new Set<Told>(before.length >= 2 ? before : []);
    const words = `${person.name} has ${deed} the room.`;
    if (before.at(-1)?.words === words) return;
    const key = `notice:${this.#made++}`;
    this.#told = this.#told.filter((notice) => !dropped.has(notice)).slice(-MOST + 1);
    this.#told.push({ kind: "system", key, at, words, after, who: person.id, run });
  }

  clear(): void {
    this.#told = [];
  }
}
