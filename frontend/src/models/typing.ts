/** Typing: when to tell the others that one is writing, and who of them is. */
import type { Person } from "./view";

const TELL_EVERY = 3_000;
const SHOWN_FOR = 6_000;
const MOST_NAMED = 3;
const NOBODY = { names: [], more: 0 } as const;

/** Decides when typing is told: at once, then at most every three seconds. */
export class Typist {
  #toldAt = Number.NEGATIVE_INFINITY;

  /** Somebody has typed: tell whether to say so. */
  typed(now: number): boolean {
    if (now - this.#toldAt < TELL_EVERY) return false;
    this.#toldAt = now;
    return true;
  }

  /** The text was sent, or taken back: what is typed next is news. */
  stopped(): void {
    this.#toldAt = Number.NEGATIVE_INFINITY;
  }
}

/** Those who are typing, for six seconds after they were heard of, or until they have said it. */
export class OthersTyping {
  readonly #until = new Map<string, { name: string; until: number }>();

  heard(person: Person, now: number): void {
    this.#until.set(person.id, { name: person.name, until: now + SHOWN_FOR });
  }

  /** They have said it, or gone. */
  stopped(id: string): void {
    this.#until.delete(id);
  }

  clear(): void {
    this.#until.clear();
  }

  shown(now: number): { readonly names: readonly string[]; readonly more: number } {
    for (const [id, { until }] of this.#until) if (until <= now) this.#until.delete(id);
    if (this.#until.size === 0) return NOBODY;
    const names = [...this.#until.values()].map(({ name }) => name);
    return { names: names.slice(0, MOST_NAMED), more: Math.max(0, names.length - MOST_NAMED) };
  }

  /** When the next of them is no longer shown; null when nobody is. */
  changesAt(): number | null {
    const times = [...this.#until.values()].map(({ until }) => until);
    return times.length ? Math.min(...times) : null;
  }
}
