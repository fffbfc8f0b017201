/** An open room: everything that is known of it, as events and pages come. It asks nobody and waits for nothing. */
import type { Joined, MessageSent, Presence as PresenceEvent, StoredEvent, Typing } from "../protocol.gen";
import type { ServerClock } from "./clock";
import { dayOf } from "./format";
import { Notices } from "./notices";
import { Outbox } from "./outbox";
import { Letters } from "./outbox_letters";
import { Presence } from "./presence";
import { buildRows } from "./rows";
import type { Keep } from "./storage";
import { type Received, Timeline } from "./timeline";
import { OthersTyping, Typist } from "./typing";
import { Unread } from "./unread";
import type { Lifetime, Person, Row } from "./view";

export class OpenRoom {
  readonly code: string;
  readonly timeline: Timeline;
  readonly presence: Presence;
  readonly outbox: Outbox;
  readonly notices = new Notices();
  readonly unread = new Unread();
  readonly typist = new Typist();
  readonly others = new OthersTyping();
  readonly clock: ServerClock;
  readonly #me: () => Person;
  #rows: readonly Row[] = [];
  #lastNumber = 0;
  title = "";
  isPrivate = false;
  lifetime: Lifetime = "kept";
  expiresDays: number | null = null;
  /** How often one has come in, first or again. */
  entries = 0;
  loaded = false;
  deleted = false;

  constructor(code: string, me: () => Person, clock: ServerClock, keep: Keep) {
    const id = () => me().id;
    this.code = code;
    this.clock = clock;
    this.#me = me;
    this.presence = new Presence(id);
    this.timeline = new Timeline(id, (of) => this.presence.person(of)?.name ?? null);
    this.outbox = new Outbox(new Letters(keep, id, code), me);
  }

  /** Who one is: an id, empty before one is in. */
  get me(): string {
    return this.#me().id;
  }

  /** The room as one finds it, first or again. */
  joined(reply: Joined): void {
    const over = this.timeline.epoch !== null && this.timeline.epoch !== reply.epoch;
    this.title = reply.room.title;
    this.isPrivate = reply.room.private;
    this.lifetime = reply.room.lifetime;
    this.expiresDays = reply.room.expires_days;
    this.presence.begin(reply.here, reply.me);
    if (over) this.notices.clear();
    if (reply.messages) this.#begin(reply, reply.messages);
    for (const event of reply.events ?? []) this.receive(event);
    this.unread.joined(reply.read_number, reply.last_number, over);
    this.#lastNumber = reply.last_number;
    this.outbox.reconnected();
    this.outbox.enter(reply.epoch, this.clock.now());
    this.#forgetDelivered();
    this.loaded = true;
  }

  /** Take an event that has its place in the log. `live`: it has happened just now. */
  receive(event: StoredEvent, live = false): Received {
    const received = this.timeline.receive(event);
    if (received !== "new") return received;
    const at = Date.parse(event.at);
    if (live) this.clock.learn(at);
    else this.clock.notBefore(at);
    this.presence.meet(event.by, event.by.role);
    if (event.type === "message_sent") this.#said(event);
    else if (event.type === "member_joined") this.presence.meet(event.user, event.role);
    else if (event.type === "member_renamed") this.presence.meet({ id: event.user.id, name: event.name });
    else if (event.type === "room_deleted") this.deleted = true;
    return received;
  }

  /** Messages of a page have their place too. */
  recognise(page: readonly MessageSent[]): void {
    for (const message of page) {
      if (message.by.id === this.me) this.outbox.heard(message.client_message_id);
      this.presence.meet(message.by, message.by.role);
    }
  }

  /** Take the news of who came and went; return the ids that nobody has a name for. */
  hearPresence(event: PresenceEvent): { came: string[]; went: string[] } {
    const { came, went } = this.presence.hear(event);
    for (const id of went) this.others.stopped(id);
    const unknown = (id: string) => this.presence.person(id) === null;
    this.notice(
      came.filter((id) => !unknown(id)),
      "entered",
    );
    this.notice(
      went.filter((id) => !unknown(id)),
      "left",
    );
    return { came: came.filter(unknown), went: went.filter(unknown) };
  }

  notice(ids: readonly string[], deed: "entered" | "left"): void {
    for (const id of ids) {
      const person = this.presence.person(id);
      if (person) this.notices.add(person, deed, this.clock.now(), this.timeline.cursor, this.#lastNumber);
    }
  }

  hearTyping(event: Typing, now: number): void {
    if (event.user.id !== this.me) this.others.heard(event.user, now);
  }

  rows(): readonly Row[] {
    const { lines, older, newer } = this.timeline;
    const shown = { lines, older, newer, notices: this.notices.lines, pending: this.outbox.lines, dayOf };
    this.#rows = buildRows({ ...shown, divider: this.unread.divider }, this.#rows);
    return this.#rows;
  }

  /** A page in place of what was missed: who reads further up keeps the place, if the history is still the same. */
  #begin(reply: Joined, page: readonly MessageSent[]): void {
    const reading = !this.timeline.following && this.timeline.lines.length > 0;
    if (reading && reply.epoch === this.timeline.epoch) this.timeline.skipTo(reply.last_seq);
    else this.timeline.restart(reply.epoch, reply.last_seq, page, reply.more);
    this.recognise(page);
    const last = page.at(-1);
    if (last) this.clock.notBefore(Date.parse(last.at));
  }

  /** The browser kept letters whose replies were lost: those that the timeline has got there. */
  #forgetDelivered(): void {
    for (const line of this.timeline.lines) if (line.kind === "message" && line.mine) this.outbox.heard(line.key);
  }

  #said(message: MessageSent): void {
    const mine = message.by.id === this.me;
    this.#lastNumber = message.number;
    this.others.stopped(message.by.id);
    this.unread.message(message.number, mine);
    if (mine) this.outbox.heard(message.client_message_id);
  }
}
