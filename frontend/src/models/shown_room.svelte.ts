/** What is shown of a room: reactive properties, set from the models at most once for each frame. */
import type { OpenRoom } from "./open_room";
import type { Connection, Ending, Here, Lifetime, Person, RoomInList, RoomView, Row } from "./view";

export class ShownRoom {
  code = $state("");
  title = $state("");
  lifetime = $state<Lifetime>("kept");
  expiresDays = $state<number | null>(null);
  me = $state.raw<Person>({ id: "", name: "" });
  loaded = $state(false);
  ending = $state<Ending | null>(null);
  endingWords = $state<string | null>(null);
  connection = $state.raw<Connection>({ state: "connecting" });
  hereCount = $state(0);
  here = $state.raw<readonly Here[]>([]);
  rows = $state.raw<readonly Row[]>([]);
  older = $state(false);
  newer = $state(false);
  loadingOlder = $state(false);
  unread = $state(0);
  typing = $state.raw<RoomView["typing"]>({ names: [], more: 0 });
  newVersion = $state(false);
  rooms = $state.raw<readonly RoomInList[]>([]);
  entries = $state(0);
  said = $state(0);
  status = $state.raw({ words: "" });

  /** Take over what the models know by now. */
  protected showRoom(room: OpenRoom, loadingOlder: boolean): void {
    this.code = room.code;
    this.title = room.title;
    this.lifetime = room.lifetime;
    this.expiresDays = room.expiresDays;
    this.loaded = room.loaded;
    this.hereCount = room.presence.count;
    this.here = room.presence.here;
    this.rows = room.rows();
    this.entries = room.entries;
    this.older = room.timeline.older;
    this.newer = room.timeline.newer;
    this.loadingOlder = loadingOlder;
    this.unread = room.unread.count;
  }
}
