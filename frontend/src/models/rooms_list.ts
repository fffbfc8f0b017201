/** The list of one's rooms, with what is unread in each. */
import type { MyRooms } from "../protocol.gen";
import type { RoomInList } from "./view";

interface Known {
  readonly code: string;
  readonly title: string;
  readonly last: number;
  readonly read: number;
}

/** The room on screen, of which one knows more than the list. */
export interface Current {
  readonly code: string;
  readonly title: string;
  readonly unread: number;
}

export class RoomsList {
  #rooms: readonly Known[] = [];
  #shown: readonly RoomInList[] = [];

  take(reply: MyRooms): void {
    this.#rooms = reply.rooms.map(({ code, title, last_number: last, read_number: read }) => ({
      code,
      title,
      last,
      read,
    }));
  }

  /** Something was said in a room that one isn't looking at: it comes first. */
  activity(code: string, last: number): void {
    const room = this.#rooms.find((each) => each.code === code);
    if (!room || last <= room.last) return;
    this.#rooms = [{ ...room, last }, ...this.#rooms.filter((each) => each !== room)];
  }

  /** The number up to which one has read a room; 0 when that isn't known. */
  readIn(code: string): number {
    return this.#rooms.find((room) => room.code === code)?.read ?? 0;
  }

  forget(code: string): void {
    this.#rooms = this.#rooms.filter((room) => room.code !== code);
  }

  /** The same list as before when it looks the same. */
  shown(current: Current, drafts: ReadonlySet<string>): readonly RoomInList[] {
    const shown = this.#list(current, drafts);
    if (JSON.stringify(shown) !== JSON.stringify(this.#shown)) this.#shown = shown;
    return this.#shown;
  }

  #list(current: Current, drafts: ReadonlySet<string>): readonly RoomInList[] {
    return this.#rooms.map(({ code, title, last, read }) => ({
      code,
      title: code === current.code ? current.title : title,
      unread: code === current.code ? current.unread : Math.max(0, last - read),
      draft: drafts.has(code),
      current: code === current.code,
    }));
  }
}
