/** The courier: carries a room's outbox to the server, one letter after the other, while there is a connection. */
import type { Outbox } from "./outbox";
import { RefusedError, type Server, type World } from "./server";
import type { Timeline } from "./timeline";

export interface Round {
  readonly code: string;
  readonly outbox: Outbox;
  readonly timeline: Timeline;
}

export class Courier {
  readonly #round: Round;
  readonly #server: Server;
  readonly #world: World;
  readonly #done: (failed: boolean) => void;
  #open = false;
  #cancel = () => {};

  /** `done` is called after each letter. */
  constructor(round: Round, server: Server, world: World, done: (failed: boolean) => void) {
    this.#round = round;
    this.#server = server;
    this.#world = world;
    this.#done = done;
  }

  /** There is a connection, and the room is known to be the same. */
  start(): void {
    this.#open = true;
    this.deliver();
  }

  stop(): void {
    this.#open = false;
    this.#cancel();
  }

  /** Carry what there is. */
  deliver(): void {
    this.#cancel();
    if (!this.#open) return;
    const { outbox } = this.#round;
    const letter = outbox.next(this.#world.now());
    if (letter) void this.#carry(letter.id, letter.text);
    else {
      const wait = outbox.due(this.#world.now());
      if (wait !== null) this.#cancel = this.#world.later(wait, () => this.deliver());
    }
  }

  async #carry(id: string, text: string): Promise<void> {
    const { code, outbox, timeline } = this.#round;
    let failed = false;
    try {
      const sent = await this.#server.ask("send_message", { code, text, client_message_id: id });
      outbox.confirmed(id, sent, timeline.cursor);
    } catch (error) {
      if (error instanceof RefusedError) failed = outbox.refused(id, error.refusal, this.#world.now());
      else outbox.lost(id, this.#world.now());
    }
    this.#done(failed);
    this.deliver();
  }
}
