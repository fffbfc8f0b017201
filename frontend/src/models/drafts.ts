/** Drafts: what was typed into each room and not sent yet. It survives a reload where the browser keeps things. */
import type { Keep } from "./storage";

const PREFIX = "hubbub.draft.";
const OWNER = "hubbub.drafts-of";

export class Drafts {
  readonly #keep: Keep;
  readonly #unkept = new Map<string, string>();
  #codes: ReadonlySet<string> | null = null;

  constructor(keep: Keep) {
    this.#keep = keep;
  }

  /** Whose they are from now on. Those of somebody else are thrown away; tells whether there were any. */
  belongTo(user: string): boolean {
    const before = this.#keep.get(OWNER);
    this.#keep.set(OWNER, user);
    if (before === null || before === user) return false;
    for (const code of this.codes()) this.#keep.remove(PREFIX + code);
    this.#unkept.clear();
    this.#codes = null;
    return true;
  }

  get(code: string): string {
    return this.#unkept.get(code) ?? this.#keep.get(PREFIX + code) ?? "";
  }

  set(code: string, text: string): void {
    this.#unkept.delete(code);
    if (this.codes().has(code) !== (text !== "")) this.#codes = null;
    if (text === "") this.#keep.remove(PREFIX + code);
    else if (!this.#keep.set(PREFIX + code, text)) {
      this.#keep.remove(PREFIX + code); // better none than an old one
      this.#unkept.set(code, text);
    }
  }

  /** The rooms with a draft. */
  codes(): ReadonlySet<string> {
    const kept = () => this.#keep.keys(PREFIX).map((key) => key.slice(PREFIX.length));
    this.#codes ??= new Set([...this.#unkept.keys(), ...kept()]);
    return this.#codes;
  }
}
