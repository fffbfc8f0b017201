/** A socket whose other end is the test. */
import type { Socket } from "./socket";

export class FakeSocket implements Socket {
  connected = false;
  attempts = 0;
  readonly sent: unknown[][] = [];
  readonly #listeners = new Map<string, (...args: never[]) => void>();
  #any: (event: string, ...args: unknown[]) => void = () => {};

  connect(): void {
    this.attempts++;
  }

  disconnect(): void {
    this.drop("io client disconnect");
  }

  emit(...args: unknown[]): void {
    this.sent.push(args);
  }

  on(event: string, listener: (...args: never[]) => void): void {
    this.#listeners.set(event, listener);
  }

  onAny(listener: (event: string, ...args: unknown[]) => void): void {
    this.#any = listener;
  }

  welcome(): void {
    this.connected = true;
    this.say("welcome", { type: "welcome", me: { id: "ann", name: "Ann" } });
  }

  say(event: string, data: unknown): void {
    this.#any(event, data);
  }

  drop(reason = "transport close"): void {
    const was = this.connected;
    this.connected = false;
    if (was) this.#listeners.get("disconnect")?.(reason as never);
  }

  refuse(data?: object): void {
    this.#listeners.get("connect_error")?.(Object.assign(new Error("no"), { data }) as never);
  }

  /** Answer the last command, or the last of that name. */
  answer(reply: object, to?: string): void {
    const [, , acknowledge] = this.sent.findLast(([command]) => to === undefined || command === to) ?? [];
    (acknowledge as (reply: object) => void)(reply);
  }
}
