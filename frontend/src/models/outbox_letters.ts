/** Letters: messages on their way, each kept by the browser under a key of its own, so that two tabs lose none. */
import type { Keep } from "./storage";

export interface Letter {
  /** The client_message_id: the same at every attempt, so that the room gets it once. */
  readonly id: string;
  readonly text: string;
  /** By the server's clock. */
  readonly at: number;
  /** Counts up, so that letters of one moment keep their order. */
  readonly place: number;
  /** Why it failed; null while it may still go. */
  readonly why: string | null;
  /** The room's epoch when it was written: a code may be another room's later. Null when one wasn't in yet. */
  readonly epoch: string | null;
}

const PREFIX = "hubbub.outbox.";

export class Letters {
  readonly #keep: Keep;
  readonly #user: () => string;
  readonly #code: string;

  /** `user` is the id of whom they are from; empty while that isn't known, and then nothing is kept. */
  constructor(keep: Keep, user: () => string, code: string) {
    this.#keep = keep;
    this.#user = user;
    this.#code = code;
  }

  get #prefix(): string {
    return `${PREFIX}${this.#user()}.${this.#code}.`;
  }

  /** Those that are kept, in the order in which they were written. */
  read(): Letter[] {
    if (this.#user() === "") return [];
    const letters = this.#keep.keys(this.#prefix).flatMap((key) => {
      const letter = letterOf(key.slice(this.#prefix.length), this.#keep.get(key));
      if (!letter) this.#keep.remove(key);
      return letter ? [letter] : [];
    });
    return letters.sort((one, other) => one.at - other.at || one.place - other.place);
  }

  /** Tells whether it is kept. */
  write({ id, ...rest }: Letter): boolean {
    return this.#user() !== "" && this.#keep.set(this.#prefix + id, JSON.stringify(rest));
  }

  remove(id: string): void {
    this.#keep.remove(this.#prefix + id);
  }

  has(id: string): boolean {
    return this.#keep.get(this.#prefix + id) !== null;
  }
}

function letterOf(id: string, kept: string | null): Letter | null {
  try {
    const { text, at, place, why, epoch } = JSON.parse(kept ?? "") as Record<string, unknown>;
    if (typeof text !== "string" || typeof at !== "number") return null;
    return {
      id,
      text,
      at,
      place: typeof place === "number" ? place : 0,
      why: typeof why === "string" ? why : null,
      epoch: typeof epoch === "string" ? epoch : null,
    };
  } catch {
    return null;
  }
}
