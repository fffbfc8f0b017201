/** What is told of the connection: a short loss is nobody's business, a longer one is. */
import type { World } from "./server";
import type { Connection } from "./view";

const TOLD_AFTER = 2_000;

export class LinkState {
  readonly #world: World;
  readonly #changed: () => void;
  #down = false;
  #restarting = false;
  #told = false;
  #cancel = () => {};
  connection: Connection = { state: "connecting" };

  constructor(world: World, changed: () => void) {
    this.#world = world;
    this.#changed = changed;
    this.down(false);
  }

  /** Tells whether a loss had been told. */
  up(): boolean {
    const told = this.#told;
    this.#cancel();
    this.#down = this.#told = this.#restarting = false;
    this.#set({ state: "live" });
    return told;
  }

  down(restarting: boolean): void {
    this.#restarting ||= restarting;
    if (!this.#down) this.#cancel = this.#world.later(TOLD_AFTER, () => this.#tell());
    this.#down = true;
    if (this.#told) this.#tell();
  }

  #tell(): void {
    this.#told = true;
    this.#set({ state: "reconnecting", restarting: this.#restarting });
  }

  #set(connection: Connection): void {
    this.connection = connection;
    this.#changed();
  }
}
