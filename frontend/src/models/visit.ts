/** A visit: the conversation with the server about the room that is on screen, from coming in to going. */
import { type Joined, type Presence, RETRIED, type Refusal, type StoredEvent, type Typing } from "../protocol.gen";
import { endingOf, endOf } from "./ending";
import type { OpenRoom } from "./open_room";
import { Pages } from "./pages";
import { loadPeople, tellOf } from "./people";
import { isAfterAGap } from "./presence";
import { LostError, quietly, RefusedError, type Server, type World } from "./server";
import type { Ending } from "./view";

const AGAIN_AFTER = 2_000;
const TOLD_FROM = 10_000;
const LOOKED_EVERY = 10_000;
const LEFT_OR_GONE = "You left it in another window, or it is gone.";

export type RoomEvent = StoredEvent | Presence | Typing;

export interface Host {
  /** Something is to be shown anew. */
  changed(): void;
  /** One is in, and knows the room as far as the first page goes. */
  entered(): void;
  ended(ending: Ending, words: string | null): void;
}

export class Visit {
  readonly room: OpenRoom;
  readonly pages: Pages;
  readonly #server: Server;
  readonly #world: World;
  readonly #host: Host;
  /** Counts the connections and attempts: what was asked in an earlier one is of no use. */
  #attempt = 0;
  /** Counts how often it was asked who is here: the latest answer counts. */
  #looks = 0;
  #filling = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #cancel = () => {};

  constructor(room: OpenRoom, server: Server, world: World, host: Host) {
    this.room = room;
    this.pages = new Pages(room, server, () => host.changed());
    this.#server = server;
    this.#world = world;
    this.#host = host;
  }

  /** Come in, first or after a connection was lost: what was missed comes page by page. */
  async enter(): Promise<void> {
    const attempt = this.#begin();
    const { code, timeline } = this.room;
    const known = timeline.epoch === null ? {} : { since: timeline.cursor, epoch: timeline.epoch };
    try {
      // One may have left in another window meanwhile: to come in would make one a member again.
      if (this.room.loaded) await this.#server.ask("members", { code, limit: 1 });
      if (attempt !== this.#attempt) return;
      const reply = await this.#server.ask("join_room", { code, ...known });
      if (attempt !== this.#attempt) return;
      await this.#take(reply);
      if (attempt !== this.#attempt) return;
      this.#host.entered();
      if (reply.events && reply.more) void this.#fill();
      await this.#loadPeople();
    } catch (error) {
      if (attempt === this.#attempt) this.#failed(error);
    }
  }

  /** The connection is gone, or the room leaves the screen: what was asked comes to nothing. */
  lost(): void {
    this.#begin();
  }

  /** Hear no more of the room. */
  close(): void {
    this.lost();
    this.#server.tell("unwatch_room", { code: this.room.code });
  }

  /** Take what has just happened in this room. */
  hear(event: RoomEvent): void {
    if (event.type === "presence") void this.#hearPresence(event);
    else if (event.type === "typing") this.room.hearTyping(event, this.#world.now());
    else this.#place(event, true);
    this.#host.changed();
  }

  async #take(reply: Joined): Promise<void> {
    const { timeline } = this.room;
    const first = timeline.firstSeq;
    const replaced = timeline.epoch !== null && timeline.epoch !== reply.epoch;
    const reading = !timeline.following && first !== null;
    this.room.joined(reply);
    this.#host.changed();
    if (replaced && reading) await this.pages.samePlace(first);
  }

  async #loadPeople(): Promise<void> {
    const [attempt, look] = [this.#attempt, ++this.#looks];
    await loadPeople(this.room, this.#server, () => attempt === this.#attempt && look === this.#looks);
    this.#host.changed();
  }

  async #hearPresence(event: Presence): Promise<void> {
    const unknown = this.room.hearPresence(event);
    if (isAfterAGap(event) || this.#differs()) void this.#loadPeopleAgain();
    if (unknown.came.length + unknown.went.length === 0) return;
    await tellOf(this.room, this.#server, unknown);
    this.#host.changed();
  }

  /** In a crowd nobody is told who came and went: it shows in how many there are. Looked at now and then. */
  #differs(): boolean {
    if (!this.room.presence.outdated || this.#world.now() - this.#lookedAt < LOOKED_EVERY) return false;
    this.#lookedAt = this.#world.now();
    return true;
  }

  async #loadPeopleAgain(): Promise<void> {
    this.room.presence.again();
    await quietly(() => this.#loadPeople());
  }

  #place(event: StoredEvent, live: boolean): void {
    const received = this.room.receive(event, live);
    if (received === "gap") void this.#fill();
    if (received !== "new") return;
    if (this.room.deleted) this.#end(endOf(this.room.lifetime), null);
    else if (live && event.type === "member_left" && event.user.id === this.room.me)
      this.#end(event.by.id === this.room.me ? "left" : "removed", null);
  }

  /** Ask for the events after the last one, until there is no gap. */
  async #fill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    const attempt = this.#attempt;
    try {
      while (attempt === this.#attempt && (await this.#fillPage(attempt)));
    } catch (error) {
      if (attempt === this.#attempt) this.#failed(error);
    } finally {
      if (attempt === this.#attempt) this.#filling = false;
    }
  }

  /** Tells whether there is more to ask for. */
  async #fillPage(attempt: number): Promise<boolean> {
    const { code, timeline } = this.room;
    const since = timeline.cursor;
    const page = await this.#server.ask("events", { code, since });
    if (attempt !== this.#attempt) return false;
    if (page.epoch !== timeline.epoch) {
      void this.enter();
      return false;
    }
    for (const event of page.events) this.#place(event, false);
    this.#host.changed();
    return timeline.cursor > since && (page.more || timeline.heard > timeline.cursor);
  }

  #begin(): number {
    this.#cancel();
    this.#filling = false;
    return ++this.#attempt;
  }

  #failed(error: unknown): void {
    if (error instanceof RefusedError && (!RETRIED.includes(error.refusal.code) || this.#isTooLong(error.refusal))) {
      this.#refused(error.refusal);
      return;
    }
    if (!(error instanceof RefusedError || error instanceof LostError)) throw error;
    const wait = error instanceof RefusedError ? (error.refusal.retry_after ?? 0) * 1000 : 0;
    this.#cancel = this.#world.later(Math.max(AGAIN_AFTER, wait), () => void this.enter());
  }

  /** Of a private room those who have left it are told what they are told of none at all. */
  #refused(refusal: Refusal): void {
    const { loaded, isPrivate, lifetime } = this.room;
    const ending = endingOf(refusal.code, loaded ? lifetime : null);
    if (refusal.code === "room_not_found" && loaded && isPrivate) this.#end("left", LEFT_OR_GONE);
    else this.#end(ending, ending === "left" ? null : withWait(refusal));
  }

  /** Who comes new and has to wait for long is told so; who is in already has something to read meanwhile. */
  #isTooLong({ retry_after }: Refusal): boolean {
    return !this.room.loaded && (retry_after ?? 0) * 1000 >= TOLD_FROM;
  }

  #end(ending: Ending, words: string | null): void {
    this.#begin();
    this.#host.ended(ending, words);
  }
}

/** A refusal's sentence, and when it is worth asking again. */
function withWait({ message, retry_after }: Refusal): string {
  return retry_after === null ? message : `${message} Try again in ${retry_after} seconds.`;
}
