/** The courier: carries a room's outbox to the server, one letter after the other, while there is a connection. */
import type { Refusal } from "../protocol.gen";
import type { ServerClock } from "./clock";
import type { Outbox } from "./outbox";
import { RefusedError, type Server, type World } from "./server";
import type { Timeline } from "./timeline";

export interface Round {
  readonly code: string;
  readonly outbox: Outbox;
  readonly timeline: Timeline;
  readonly clock: ServerClock;
}

export class Courier {
  readonly #round: Round;
  readonly #server: Server;
  readonly #world: World;
  readonly #done: (failed: boolean) => void;
  #open = false;
  /** Counts the stops: what was asked before is of no use. */
  #turn = 0;
  #cancel = () => {};

  /** `done` is called after each letter, and when none may go. */
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
    this.#turn++;
    this.#open = false;
    this.#cancel();
  }

  /** Nobody comes in, so that the room may be another one: its epoch is asked for first, again if need be. */
  async startUnseen(): Promise<void> {
    const { code, outbox, clock } = this.#round;
    this.stop();
    const turn = this.#turn;
    try {
      const { epoch } = await this.#server.ask("messages", { code, limit: 1 });
      if (turn !== this.#turn) return;
      outbox.reconnected();
      outbox.enter(epoch, clock.now());
      this.start();
    } catch (error) {
      if (turn === this.#turn) this.#shutOut(error instanceof RefusedError ? error.refusal : null);
    }
  }

  /** Carry what there is. */
  deliver(): void {
    if (!this.#open) return;
    this.#cancel();
    const letter = this.#round.outbox.next(this.#world.now());
    if (letter) void this.#carry(letter.id, letter.text);
    else this.#later(() => this.deliver());
  }

  #shutOut(refusal: Refusal | null): void {
    const { outbox } = this.#round;
    this.#done(outbox.shutOut(refusal, this.#world.now()));
    this.#later(() => void this.startUnseen());
  }

  /** Do it when the next letter is due, if one is. */
  #later(deed: () => void): void {
    const wait = this.#round.outbox.due(this.#world.now());
    if (wait !== null) this.#cancel = this.#world.later(wait, deed);
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
