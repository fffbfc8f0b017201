/** The live connection: kept up as long as the page is open, and asked through. */

import { type CommandName, LostError, RefusedError, type Server, type World } from "../models/server";
import type { Closing, Commands, Person, Refusal } from "../protocol.gen";
import { backoff } from "./backoff";
import type { Socket } from "./socket";

const REPLY_WITHIN = 10_000;
const PROBE_WITHIN = 4_000;

export interface Listener {
  /** Connected, and known as `me`. */
  up(me: Person): void;
  /** Not connected; `restarting`: the server has said that it will be back. */
  down(restarting: boolean): void;
  event(name: string, data: object): void;
  /** The server doesn't want to see us again: why, if it said so. */
  putOut(refusal: Refusal | null): void;
}

export interface LiveWorld extends World {
  random(): number;
}

type Reply = ({ ok: true } & object) | { ok: false; error: Refusal };

export class Live implements Server {
  readonly #socket: Socket;
  readonly #world: LiveWorld;
  readonly #listener: Listener;
  /** What ends the waiting for each reply when the connection ends. */
  readonly #asked = new Set<() => void>();
  #attempts = 0;
  #retryAfter: number | null = null;
  #up = false;
  #over = false;
  #connecting = false;
  #cancel = () => {};

  constructor(socket: Socket, world: LiveWorld, listener: Listener) {
    this.#socket = socket;
    this.#world = world;
    this.#listener = listener;
    socket.on("disconnect", (reason: string) => this.#disconnected(reason));
    socket.on("connect_error", (error: Error & { data?: Refusal }) => this.#notConnected(error));
    socket.onAny((name, data) => this.#hear(name, data));
  }

  /** It will never connect again. */
  get over(): boolean {
    return this.#over;
  }

  /** Connect at once, whatever was waited for. */
  connect(): void {
    if (this.#over || this.#connecting || this.#socket.connected) return;
    this.#cancel();
    this.#connecting = true;
    this.#socket.connect();
  }

  /** Something says that the connection may be dead, or may be made now: find out. */
  async probe(): Promise<void> {
    if (!this.#up) return this.connect();
    try {
      await this.#ask("who_am_i", {}, PROBE_WITHIN);
    } catch (error) {
      if (error instanceof LostError && this.#up) this.#socket.disconnect();
    }
  }

  /** Never connect again. */
  close(): void {
    this.#over = true;
    this.#cancel();
    this.#socket.disconnect();
  }

  ask<C extends CommandName>(command: C, fields: Commands[C]["fields"]): Promise<Commands[C]["reply"]> {
    return this.#ask(command, fields, REPLY_WITHIN);
  }

  tell<C extends CommandName>(command: C, fields: Commands[C]["fields"]): void {
    if (this.#up) this.#socket.emit(command, fields);
  }

  #ask<C extends CommandName>(
    command: C,
    fields: Commands[C]["fields"],
    within: number,
  ): Promise<Commands[C]["reply"]> {
    if (!this.#up) return Promise.reject(new LostError("There is no connection."));
    return new Promise((resolve, reject) => {
      const lose = () => {
        settle();
        reject(new LostError("There was no reply."));
      };
      const cancel = this.#world.later(within, lose);
      const settle = () => {
        cancel();
        this.#asked.delete(lose);
      };
      this.#asked.add(lose);
      this.#socket.emit(command, fields, (reply: Reply) => {
        settle();
        if (reply.ok) resolve(reply as Commands[C]["reply"]);
        else reject(new RefusedError(reply.error));
      });
    });
  }

  #hear(name: string, data: unknown): void {
    if (typeof data !== "object" || data === null) return;
    if (name === "welcome") this.#welcomed((data as { me: Person }).me);
    else if (name === "closing") this.#retryAfter = (data as Closing).retry_after * 1000;
    else this.#listener.event(name, data);
  }

  #welcomed(me: Person): void {
    this.#connecting = false;
    this.#up = true;
    this.#attempts = 0;
    this.#retryAfter = null;
    this.#listener.up(me);
  }

  #disconnected(reason: string): void {
    this.#connecting = false;
    this.#lost();
    if (this.#over) return;
    if (reason === "io server disconnect") {
      this.#over = true;
      this.#listener.putOut(null);
    } else this.#comeBack(0);
  }

  #notConnected(error: Error & { data?: Refusal }): void {
    this.#connecting = false;
    this.#lost();
    if (this.#over) return;
    const refusal = error.data;
    if (refusal?.code === "not_logged_in") {
      this.#over = true;
      this.#listener.putOut(refusal);
    } else this.#comeBack((refusal?.retry_after ?? 0) * 1000);
  }

  #lost(): void {
    this.#up = false;
    this.#listener.down(this.#retryAfter !== null);
    for (const lose of [...this.#asked]) lose();
  }

  #comeBack(least: number): void {
    const usual = backoff(this.#attempts, this.#world.random());
    // The server has said when: everybody at that moment would be too many at once.
    const wait = this.#attempts === 0 && this.#retryAfter !== null ? this.#retryAfter + usual : usual;
    this.#attempts++;
    this.#cancel();
    this.#cancel = this.#world.later(Math.max(wait, least), () => this.connect());
  }
}
