/** A stay: a room with all that goes on about it: the visit, the courier of its outbox, the reader of its messages. */
import { Courier } from "./courier";
import type { OpenRoom } from "./open_room";
import { Reader } from "./reader";
import type { Server, World } from "./server";
import type { Ending } from "./view";
import { Visit } from "./visit";

export interface StayHost {
  changed(): void;
  /** One is in the room. */
  entered(): void;
  ended(ending: Ending, words: string | null): void;
  /** A message was refused for good. */
  notDelivered(): void;
}

export class Stay {
  readonly room: OpenRoom;
  readonly visit: Visit;
  readonly #courier: Courier;
  readonly #reader: Reader;
  readonly #server: Server;
  readonly #world: World;
  readonly #host: StayHost;
  #onScreen = true;
  /** One is in the room and connected: what is seen is read. */
  #inside = false;

  constructor(room: OpenRoom, server: Server, world: World, host: StayHost) {
    const entered = () => this.#entered();
    this.room = room;
    this.#server = server;
    this.#world = world;
    this.#host = host;
    this.visit = new Visit(room, server, world, { ...bound(host), entered });
    this.#reader = new Reader(room, server, world);
    this.#courier = new Courier(room, server, world, (failed) => {
      if (failed) host.notDelivered();
      host.changed();
    });
  }

  /** Whether something still has to be delivered. */
  get busy(): boolean {
    return this.room.outbox.busy;
  }

  /** There is a connection. A room off screen is left alone, but for what is still to be delivered. */
  async up(): Promise<void> {
    if (this.#onScreen) await this.visit.enter();
    else if (this.busy) await this.#courier.startUnseen();
  }

  down(): void {
    this.#goOutside();
    this.visit.lost();
    this.#courier.stop();
    this.#reader.stop();
  }

  /** The page may be closed now. */
  rest(): void {
    this.#reader.flush();
  }

  /** Another room comes on screen: hear no more of this one, but deliver what was said. */
  hide(): void {
    const wasInside = this.#inside;
    this.#onScreen = false;
    this.#reader.close();
    this.#goOutside();
    this.visit.close();
    if (!wasInside) void this.up(); // what was said before one was in has nobody else to carry it
  }

  show(): void {
    this.#onScreen = true;
    this.#courier.stop();
  }

  send(text: string): void {
    this.room.outbox.write(text, this.#world.newId(), this.room.clock.now());
    this.room.typist.stopped();
    if (this.room.timeline.newer) void this.visit.pages.latest();
    this.#courier.deliver();
  }

  retry(key: string): void {
    this.room.outbox.retry(key, this.#world.newId(), this.room.clock.now());
    this.#courier.deliver();
  }

  typed(text: string): void {
    if (text.trim() === "") this.room.typist.stopped();
    else if (this.room.typist.typed(this.#world.now())) this.#server.tell("typing", { code: this.room.code });
  }

  seesEnd(sees: boolean): void {
    const { timeline, unread } = this.room;
    timeline.following = sees && !timeline.newer;
    unread.see(timeline.following && this.#inside);
    if (sees && timeline.newer) void this.visit.pages.newer();
    this.#reader.look();
  }

  /** A message has come: it may be read already. */
  look(): void {
    this.#reader.look();
  }

  /** What is said from now on isn't seen, wherever the reader stands. */
  #goOutside(): void {
    this.#inside = false;
    this.room.unread.see(false);
  }

  /** The reader is shown what is new, and only then asked whether the end is seen. */
  #entered(): void {
    this.#inside = true;
    this.room.entries++;
    if (this.busy && this.room.timeline.newer) void this.visit.pages.latest(); // where one's own words will stand
    this.#courier.start();
    this.#reader.start();
    this.#host.entered();
    this.#host.changed();
  }
}

function bound(host: StayHost): Pick<StayHost, "changed" | "ended"> {
  return { changed: () => host.changed(), ended: (ending, words) => host.ended(ending, words) };
}
