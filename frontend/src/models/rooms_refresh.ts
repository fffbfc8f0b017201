/** Refreshing the list of one's rooms: on every connection, and at most every half minute. */
import type { RoomsList } from "./rooms_list";
import { quietly, type Server, type World } from "./server";

const EVERY = 30_000;

export class RoomsRefresh {
  readonly #list: RoomsList;
  readonly #server: Server;
  readonly #world: World;
  readonly #changed: () => void;
  #askedAt = Number.NEGATIVE_INFINITY;
  #cancel = () => {};

  constructor(list: RoomsList, server: Server, world: World, changed: () => void) {
    this.#list = list;
    this.#server = server;
    this.#world = world;
    this.#changed = changed;
  }

  /** One looks at the page again: the list may be old. */
  look(): void {
    if (this.#world.now() - this.#askedAt >= EVERY) void this.now();
  }

  async now(): Promise<void> {
    this.#askedAt = this.#world.now();
    this.#cancel();
    this.#cancel = this.#world.later(EVERY, () => this.look());
    await quietly(async () => {
      this.#list.take(await this.#server.ask("my_rooms", {}));
      this.#changed();
    });
  }

  stop(): void {
    this.#cancel();
  }
}
