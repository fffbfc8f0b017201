/** Pages: the parts of a room's history that a reader scrolls to. */
import type { OpenRoom } from "./open_room";
import { quietly, type Server } from "./server";

const PAGE = 50;
const LARGE_PAGE = 200;

export class Pages {
  readonly #room: OpenRoom;
  readonly #server: Server;
  readonly #changed: () => void;
  loadingOlder = false;
  #loadingNewer = false;

  constructor(room: OpenRoom, server: Server, changed: () => void) {
    this.#room = room;
    this.#server = server;
    this.#changed = changed;
  }

  /** The page before the window. */
  async older(): Promise<void> {
    const { code, timeline } = this.#room;
    const before = timeline.firstSeq;
    if (this.loadingOlder || !timeline.older || before === null) return;
    this.loadingOlder = true;
    this.#changed();
    await quietly(async () => {
      const page = await this.#server.ask("messages", { code, before, limit: PAGE });
      if (page.epoch !== timeline.epoch) return;
      timeline.addOlder(page.messages, page.more);
      this.#room.recognise(page.messages);
    });
    this.loadingOlder = false;
    this.#changed();
  }

  /** The page after the window, when the reader had gone far up. */
  async newer(): Promise<void> {
    const { code, timeline } = this.#room;
    if (this.#loadingNewer || !timeline.newer) return;
    this.#loadingNewer = true;
    await quietly(async () => {
      const page = await this.#server.ask("messages", { code, after: timeline.lastSeq ?? 0, limit: LARGE_PAGE });
      if (page.epoch !== timeline.epoch) return;
      timeline.addNewer(page.messages, page.more, page.last_seq);
      this.#room.recognise(page.messages);
    });
    this.#loadingNewer = false;
    this.#changed();
  }

  /** The latest page, in place of the window. */
  async latest(): Promise<void> {
    const { code, timeline } = this.#room;
    if (!timeline.newer) return;
    await quietly(async () => {
      const page = await this.#server.ask("messages", { code, limit: PAGE });
      const { cursor, epoch } = timeline;
      if (page.epoch !== epoch) return;
      const received = page.messages.filter(({ seq }) => seq <= cursor); // the others come live
      timeline.restart(epoch, cursor, received, page.more, page.last_seq < cursor);
      this.#room.recognise(page.messages);
    });
    await this.newer();
    this.#changed();
  }

  /** The page with a message that somebody was led to; returns its line's key, if it is there. */
  async find(seq: number): Promise<string | null> {
    const { timeline } = this.#room;
    const key = () => timeline.lines.find((line) => line.kind === "message" && line.seq === seq)?.key ?? null;
    if (key() === null) await quietly(() => this.samePlace(Math.max(1, seq - PAGE)));
    this.#changed();
    return key();
  }

  /** The history is another one, such as a restored one: read on at the same place in it. */
  async samePlace(first: number): Promise<void> {
    const { code, timeline } = this.#room;
    const page = await this.#server.ask("messages", { code, after: first - 1, limit: LARGE_PAGE });
    const { cursor, epoch } = timeline;
    if (epoch === null || page.epoch !== epoch || page.messages.length === 0) return;
    const received = page.messages.filter(({ seq }) => seq <= cursor);
    timeline.restart(epoch, cursor, received, first > 1, page.more || page.last_seq < cursor);
    this.#room.recognise(page.messages);
  }
}
