/** The reader: tells the server how far one has read a room, at most every two seconds. */
import { quietly, RefusedError, type Server, type World } from "./server";
import type { Unread } from "./unread";

export class Reader {
  readonly #code: string;
  readonly #unread: Unread;
  readonly #server: Server;
  readonly #world: World;
  #open = false;
  #cancel = () => {};

  constructor({ code, unread }: { code: string; unread: Unread }, server: Server, world: World) {
    this.#code = code;
    this.#unread = unread;
    this.#server = server;
    this.#world = world;
  }

  start(): void {
    this.#open = true;
    this.look();
  }

  stop(): void {
    this.#open = false;
    this.#cancel();
  }

  /** The room goes off screen. */
  close(): void {
    this.flush();
    this.stop();
  }

  /** What was read is told without a wait. */
  flush(): void {
    if (this.#open && this.#unread.due(this.#world.now()) !== null) void this.#tell();
  }

  /** Something may have been read. */
  look(): void {
    this.#cancel();
    const wait = this.#open ? this.#unread.due(this.#world.now()) : null;
    if (wait === 0) void this.#tell();
    else if (wait !== null) this.#cancel = this.#world.later(wait, () => this.look());
  }

  async #tell(): Promise<void> {
    const number = this.#unread.tell(this.#world.now());
    await quietly(async () => {
      try {
        await this.#server.ask("read", { code: this.#code, number });
      } catch (error) {
        if (error instanceof RefusedError && error.refusal.code !== "slow_down") return;
        this.#unread.untold();
        throw error;
      }
    });
    this.look();
  }
}
