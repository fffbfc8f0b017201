/** Made-up events and a clock to turn, for the tests of the models. */
import type { Joined, MessageSent, Refusal, StoredEvent } from "../protocol.gen";
import type { World } from "./server";

export const NOON = Date.UTC(2026, 10, 20, 12);
export const ANN = { id: "ann", name: "Ann" };
export const BOB = { id: "bob", name: "Bob" };

type Someone = { readonly id: string; readonly name: string };

export function message(seq: number, more: Partial<MessageSent> = {}, by: Someone = BOB): MessageSent {
  const at = new Date(NOON + seq * 1000).toISOString();
  const text = `message ${seq}`;
  const who = { ...by, role: "guest" } as const;
  return {
    type: "message_sent",
    code: "WXYZ",
    seq,
    at,
    by: who,
    text,
    number: seq,
    client_message_id: `id-${seq}`,
    ...more,
  };
}

export function messages(first: number, last: number): MessageSent[] {
  return Array.from({ length: last - first + 1 }, (_, index) => message(first + index));
}

export function joinedEvent(seq: number, user: Someone = BOB): StoredEvent {
  const { at, by, code } = message(seq, {}, user);
  return { type: "member_joined", code, seq, at, by, user, role: "guest" };
}

export function renamed(seq: number, id: string, name: string): StoredEvent {
  const { at, by, code } = message(seq, {}, { id, name });
  return { type: "member_renamed", code, seq, at, by, user: { id, name }, name };
}

export function joined(more: Partial<Joined> = {}): Joined {
  const room = {
    code: "WXYZ",
    title: "Tea",
    private: false,
    capacity: null,
    lifetime: "kept",
    expires_days: null,
  } as const;
  return {
    room: { ...room, created_at: new Date(NOON).toISOString(), here: 1 },
    me: { ...ANN, role: "owner", here: true },
    here: 1,
    last_seq: 0,
    last_number: 0,
    read_number: 0,
    epoch: "first",
    reset: true,
    messages: [],
    more: false,
    ...more,
  };
}

export function refusal(code: Refusal["code"], message = "No.", retry_after: number | null = null): Refusal {
  return { code, message, field: null, retry_after };
}

/** A world whose time passes when it is told to. */
export class TestWorld implements World {
  #time = NOON;
  #ids = 0;
  #waiting: { at: number; deed: () => void }[] = [];

  now = (): number => this.#time;
  newId = (): string => `new-${this.#ids++}`;
  random = (): number => 0;

  later = (ms: number, deed: () => void): (() => void) => {
    const entry = { at: this.#time + ms, deed };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((each) => each !== entry);
    };
  };

  /** Let time pass, and what was waiting for it happen. */
  async pass(ms: number): Promise<void> {
    const end = this.#time + ms;
    for (;;) {
      await settle();
      const next = this.#waiting.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (!next) break;
      this.#waiting = this.#waiting.filter((each) => each !== next);
      this.#time = Math.max(this.#time, next.at);
      next.deed();
    }
    this.#time = end;
  }
}

/** Let everything that waits for a promise go on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
