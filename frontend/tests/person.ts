/** Somebody with a page open, as the browser would run it but without one. */

import { RoomPage } from "../src/models/room.svelte";
import { type Keep, memoryKeep } from "../src/models/storage";
import type { MessageLine } from "../src/models/view";
import { makeSocket } from "../src/net/socket";

const PATIENCE = 20_000;

export class Person {
  readonly keep: Keep;
  readonly #url: string;
  readonly #cookie: string;
  readonly #token: string;
  readonly #name: string;
  page!: RoomPage;
  /** Where the page has gone to. */
  address = "";

  private constructor(url: string, name: string, cookie: string, token: string) {
    this.keep = memoryKeep();
    this.#url = url;
    this.#name = name;
    this.#cookie = cookie;
    this.#token = token;
  }

  static async make(url: string, name: string): Promise<Person> {
    const headers = { "Content-Type": "application/json", Origin: url };
    const answer = await fetch(`${url}/api/v1/guests`, { method: "POST", headers, body: JSON.stringify({ name }) });
    const { token } = (await answer.json()) as { token: string };
    return new Person(url, name, answer.headers.get("set-cookie")?.split(";")[0] ?? "", token);
  }

  async makeRoom(title: string): Promise<string> {
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${this.#token}` };
    const answer = await fetch(`${this.#url}/api/v1/rooms`, {
      method: "POST",
      headers,
      body: JSON.stringify({ title }),
    });
    return ((await answer.json()) as { code: string }).code;
  }

  /** Load the page, or load it again. */
  open(code: string, version = ""): void {
    this.page?.close();
    this.page = new RoomPage(
      { code, name: this.#name, version },
      {
        world: {
          now: () => Date.now(),
          later: (ms, deed) => {
            const timer = setTimeout(deed, ms);
            return () => clearTimeout(timer);
          },
          frame: (deed) => {
            const frame = setImmediate(deed);
            return () => clearImmediate(frame);
          },
          random: () => 0,
          newId: () => crypto.randomUUID(),
        },
        keep: this.keep,
        socket: makeSocket({ url: this.#url, headers: { Cookie: this.#cookie } }),
        fetch: (path) => fetch(this.#url + path, { headers: { Cookie: this.#cookie } }),
        go: (address) => {
          this.address = address;
        },
        show: (address) => {
          this.address = address;
        },
      },
    );
    this.page.start();
  }

  get messages(): MessageLine[] {
    return this.page.rows.flatMap((row) => (row.kind === "group" ? row.lines : []));
  }

  get texts(): (string | null)[] {
    return this.messages.map(({ text }) => text);
  }

  get notices(): string[] {
    return this.page.rows.flatMap((row) => (row.kind === "system" ? row.lines.map(({ words }) => words) : []));
  }

  get settled(): boolean {
    return this.page.loaded && this.messages.every(({ seq }) => seq !== null);
  }
}

/** Wait for something to be so. */
export async function until(what: () => boolean, patience = PATIENCE): Promise<void> {
  const end = Date.now() + patience;
  while (!what()) {
    if (Date.now() > end) throw new Error(`This didn't come true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
