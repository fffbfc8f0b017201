/**
 * The timeline: a window on a room's log, in order of seq. What has come live has no gap: `cursor` is the seq up to which
 * everything was received, whether it is in the window or not. Only a bounded part is kept in memory.
 */
import type { MessageSent, StoredEvent } from "../protocol.gen";
import { lineOf, messageLine, type NameOf, type StoredLine } from "./lines";

const KEPT = 600;
const SLACK = 200;
const MOST = 2_000;

export type Received = "new" | "known" | "gap";

export class Timeline {
  readonly #me: () => string;
  readonly #nameOf: NameOf;
  #lines: StoredLine[] = [];
  epoch: string | null = null;
  cursor = 0;
  /** The highest seq that was heard of; above `cursor` while there is a gap. */
  heard = 0;
  /** There are messages before the window, or after it. */
  older = false;
  newer = false;
  /** The reader is at the end: the oldest lines may go. */
  following = true;

  constructor(me: () => string, nameOf: NameOf = () => null) {
    this.#me = me;
    this.#nameOf = nameOf;
  }

  get lines(): readonly StoredLine[] {
    return this.#lines;
  }

  get firstSeq(): number | null {
    return this.#lines[0]?.seq ?? null;
  }

  get lastSeq(): number | null {
    return this.#lines.at(-1)?.seq ?? null;
  }

  /** Begin anew with a page of messages, after which there may be newer ones. */
  restart(epoch: string, cursor: number, page: readonly MessageSent[], older: boolean, newer = false): void {
    this.epoch = epoch;
    this.cursor = this.heard = cursor;
    this.#lines = inOrder(page).map((message) => messageLine(message, this.#me()));
    this.older = older;
    this.newer = newer;
  }

  /** So much was missed that it isn't told one by one: the window stays where it is, and what was missed lies after it. */
  skipTo(cursor: number): void {
    this.newer ||= cursor > this.cursor;
    this.cursor = this.heard = cursor;
  }

  /** Take an event that came live, or in a page of events. */
  receive(event: StoredEvent): Received {
    this.heard = Math.max(this.heard, event.seq);
    if (event.seq <= this.cursor) return "known";
    if (event.seq > this.cursor + 1) return "gap";
    this.cursor = event.seq;
    if (event.type === "member_renamed") this.#rename(event.user.id, event.name);
    const line = lineOf(event, this.#me(), this.#nameOf);
    if (line) this.#append(line);
    return "new";
  }

  /** Take the page of messages before the window; `more` says that there are others before it. */
  addOlder(page: readonly MessageSent[], more: boolean): void {
    const first = this.firstSeq ?? Number.POSITIVE_INFINITY;
    const added = inOrder(page).filter(({ seq }) => seq < first);
    this.#lines = [...added.map((message) => messageLine(message, this.#me())), ...this.#lines];
    this.older = more;
    if (this.#lines.length > MOST) {
      this.#lines.length = MOST;
      this.newer = true;
    }
  }

  /** Take the page of messages after the window, which knew of everything up to `lastSeq`. */
  addNewer(page: readonly MessageSent[], more: boolean, lastSeq: number): void {
    if (!this.newer) return;
    const last = this.lastSeq ?? 0;
    for (const message of inOrder(page)) if (message.seq > last) this.#lines.push(messageLine(message, this.#me()));
    this.newer = more || lastSeq < this.cursor;
    this.#dropOldest();
  }

  #append(line: StoredLine): void {
    if (this.newer) return;
    if (!this.following && this.#lines.length >= MOST) {
      this.newer = true;
      return;
    }
    this.#lines.push(line);
    if (this.following) this.#dropOldest();
  }

  /** Not at every message, so that one costs the same however many there are. */
  #dropOldest(): void {
    if (this.#lines.length <= KEPT + SLACK) return;
    this.#lines.splice(0, this.#lines.length - KEPT);
    this.older = true;
  }

  #rename(id: string, name: string): void {
    this.#lines = this.#lines.map((line) =>
      line.kind === "message" && line.by.id === id ? { ...line, by: { id, name } } : line,
    );
  }
}

/** A page in order of seq, nothing twice, whatever the server sent. */
function inOrder(page: readonly MessageSent[]): MessageSent[] {
  const bySeq = new Map(page.map((message) => [message.seq, message]));
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq);
}
