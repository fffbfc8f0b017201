/** The outbox of one room: what one has said and the server hasn't confirmed, sent one by one and in order. */
import { RETRIED, type Refusal, type Sent } from "../protocol.gen";
import { keyOf } from "./lines";
import type { Letter, Letters } from "./outbox_letters";
import type { MessageLine, Person } from "./view";

const TOO_OLD = 24 * 3_600_000;
const AFTER_LOSS = 1_000;
const WAITS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const MOST = 200;
const TOO_MANY = "Too many messages wait already.";
const REPLACED = "The room is another one since. Send it to this one?";
const WAITED_TOO_LONG = "This waited for more than a day. Send it now?";

interface Entry {
  readonly letter: Letter;
  readonly line: MessageLine;
  /** Whether the browser keeps it: if it is gone from there, another tab has seen to it. */
  readonly kept: boolean;
  readonly sent: Sent | null;
}

export class Outbox {
  readonly #letters: Letters;
  readonly #me: () => Person;
  #entries: Entry[] = [];
  #underWay: string | null = null;
  #waitUntil = 0;
  #waits = 0;
  #place = 0;
  #epoch: string | null = null;

  constructor(letters: Letters, me: () => Person) {
    this.#letters = letters;
    this.#me = me;
  }

  /** Those without a place in the timeline. */
  get lines(): readonly MessageLine[] {
    return this.#entries.map(({ line }) => line);
  }

  /** Whether something still has to go. */
  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  /** One is in the room, whose history is that of `epoch`: what was written for another one doesn't go by itself. */
  enter(epoch: string, now: number): void {
    this.#epoch = epoch;
    const known = new Set(this.#entries.map(({ letter }) => letter.id));
    for (const letter of this.#letters.read()) if (!known.has(letter.id)) this.#add(letter, true);
    for (const { letter, kept } of [...this.#entries]) {
      if (letter.why !== null) continue;
      if (!kept) this.#keepNow(letter.id);
      if (letter.epoch !== null && letter.epoch !== epoch) this.#change(letter.id, { why: REPLACED, epoch });
      else if (now - letter.at > TOO_OLD) this.#fail(letter.id, WAITED_TOO_LONG);
      else if (letter.epoch === null) this.#change(letter.id, { epoch });
    }
  }

  write(text: string, id: string, now: number): void {
    const why = this.#waiting.length < MOST ? null : TOO_MANY;
    const letter = { id, text, at: now, place: this.#place++, why, epoch: this.#epoch };
    this.#add(letter, this.#letters.write(letter));
  }

  /** Take the letter that is to go now, if one is. It must be `confirmed`, `refused` or `lost` before the next. */
  next(now: number): Letter | null {
    if (this.#underWay !== null || now < this.#waitUntil || this.#epoch === null) return null;
    const letter = this.#stillToGo()[0] ?? null;
    this.#underWay = letter?.id ?? null;
    return letter;
  }

  /** In how many milliseconds to ask for the next one; null when there is nothing to wait for. */
  due(now: number): number | null {
    return this.busy && this.#underWay === null ? Math.max(0, this.#waitUntil - now) : null;
  }

  /** The server has it. Its line stays until the event comes, which `cursor` tells: the seq that came already. */
  confirmed(id: string, sent: Sent, cursor: number): void {
    this.#settle(id);
    this.#waits = 0;
    this.#letters.remove(id);
    if (sent.seq <= cursor) this.#drop(id);
    else this.#replace(id, (entry) => ({ ...entry, sent, line: { ...entry.line, status: "sent" } }));
  }

  /** The server won't have it; tells whether that is for good. */
  refused(id: string, refusal: Refusal, now: number): boolean {
    this.#settle(id);
    return this.#refuse([id], refusal, now);
  }

  /** It wasn't told which history the room has: a refusal, or no reply. Tells whether something failed for good. */
  shutOut(refusal: Refusal | null, now: number): boolean {
    this.#underWay = null;
    const ids = this.#stillToGo().map(({ id }) => id);
    return this.#refuse(ids, refusal, now);
  }

  /** Nobody knows whether it got there: it goes again, under the same id. */
  lost(id: string, now: number): void {
    this.#settle(id);
    this.#waitUntil = now + AFTER_LOSS;
  }

  /** A connection is there again: nothing is to wait for the one before. */
  reconnected(): void {
    this.#underWay = null;
    this.#waitUntil = 0;
  }

  /** A message of one's own has its place in the timeline. */
  heard(clientMessageId: string): void {
    if (!this.#entry(clientMessageId)) return;
    this.#settle(clientMessageId);
    this.#letters.remove(clientMessageId);
    this.#drop(clientMessageId);
  }

  /** Send a failed one again, after the others. Under a new id when its own was taken. */
  retry(key: string, newId: string, now: number): void {
    const entry = this.#entry(key);
    if (!entry || entry.letter.why === null) return;
    this.discard(key);
    const id = entry.letter.why.includes("client_message_id") ? newId : entry.letter.id;
    this.write(entry.letter.text, id, now);
    this.#waitUntil = 0;
  }

  discard(key: string): void {
    if (this.#entry(key)?.letter.why == null) return; // what is on its way can't be called back
    this.#letters.remove(key);
    this.#drop(key);
  }

  /** What is neither with the server nor failed. */
  get #waiting(): Entry[] {
    return this.#entries.filter(({ letter, sent }) => letter.why === null && sent === null);
  }

  /** Another tab may have seen to some of what waits: that is let go of. */
  #stillToGo(): Letter[] {
    for (const { letter, kept } of this.#waiting) if (kept && !this.#letters.has(letter.id)) this.#drop(letter.id);
    return this.#waiting.map(({ letter }) => letter);
  }

  #refuse(ids: readonly string[], refusal: Refusal | null, now: number): boolean {
    if (refusal && !RETRIED.includes(refusal.code)) {
      for (const id of ids) this.#fail(id, refusal.message);
      return ids.length > 0;
    }
    const wait = WAITS[Math.min(this.#waits++, WAITS.length - 1)] ?? 0;
    const told = refusal?.retry_after ?? null;
    this.#waitUntil = now + (told === null ? wait : told * 1000);
    return false;
  }

  #add(letter: Letter, kept: boolean): void {
    this.#place = Math.max(this.#place, letter.place + 1);
    this.#entries.push({ letter, line: this.#lineOf(letter), kept, sent: null });
  }

  #fail(id: string, why: string): void {
    this.#change(id, { why });
  }

  #change(id: string, change: Partial<Letter>): void {
    this.#replace(id, ({ letter, kept, sent }) => {
      const changed = { ...letter, ...change };
      return { letter: changed, line: this.#lineOf(changed), kept: this.#letters.write(changed) && kept, sent };
    });
  }

  /** It was written before one knew whose it is, or when the storage was full. */
  #keepNow(id: string): void {
    this.#replace(id, (entry) => ({ ...entry, kept: this.#letters.write(entry.letter) }));
  }

  #lineOf({ id, text, at, why }: Letter): MessageLine {
    const status = why === null ? "pending" : "failed";
    const key = keyOf(0, id, true);
    return { kind: "message", key, seq: null, number: null, at, by: this.#me(), mine: true, text, status, why };
  }

  #entry(id: string): Entry | undefined {
    return this.#entries.find(({ letter }) => letter.id === id);
  }

  #replace(id: string, change: (entry: Entry) => Entry): void {
    this.#entries = this.#entries.map((entry) => (entry.letter.id === id ? change(entry) : entry));
  }

  #drop(id: string): void {
    this.#entries = this.#entries.filter(({ letter }) => letter.id !== id);
  }

  #settle(id: string): void {
    if (this.#underWay === id) this.#underWay = null;
  }
}
