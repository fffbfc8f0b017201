/** The room's page: what components see and ask for, brought together with the connection and the models. */

import { oncePerFrame, type Screen } from "../net/frame";
import { Live, type LiveWorld } from "../net/live";
import type { Socket } from "../net/socket";
import { type Fetch, pageOnServer } from "../net/version";
import { ServerClock } from "./clock";
import { Drafts } from "./drafts";
import { keepLogin } from "./keep_login";
import { LinkState } from "./link_state";
import { changeName, leaveRoom } from "./oneself";
import { OpenRoom } from "./open_room";
import { RoomsList } from "./rooms_list";
import { RoomsRefresh } from "./rooms_refresh";
import { ShownRoom } from "./shown_room.svelte";
import { Stay } from "./stay";
import { Stays } from "./stays";
import type { Keep } from "./storage";
import type { Ending, Person, RoomView } from "./view";
import type { RoomEvent } from "./visit";

/** What the server has said in the page's frame. */
export interface Frame {
  readonly code: string;
  readonly name: string;
  readonly version: string;
}

export interface Outside {
  readonly world: LiveWorld & Screen;
  readonly keep: Keep;
  readonly socket: Socket;
  readonly fetch: Fetch;
  /** Go to another page. */
  go(url: string): void;
  /** Another room is on screen: its address is that of the page. */
  show(url: string): void;
}

export class RoomPage extends ShownRoom implements RoomView {
  #draft = $state("");
  #restored = "";

  readonly #outside: Outside;
  readonly #version: string;
  readonly #live: Live;
  readonly #link: LinkState;
  readonly #stays: Stays;
  readonly #drafts: Drafts;
  readonly #list = new RoomsList();
  readonly #refresh: RoomsRefresh;
  readonly #changed: () => void;
  #connections = 0;
  #leaving = false;
  #cancelTyping = () => {};
  #stopKeeping = () => {};

  constructor(frame: Frame, outside: Outside) {
    super();
    const { world, keep, socket } = outside;
    this.#outside = outside;
    this.#version = frame.version;
    this.me = { id: "", name: frame.name };
    this.#changed = oncePerFrame(world, () => this.#publish());
    this.#drafts = new Drafts(keep);
    this.#live = new Live(socket, world, {
      up: (me) => this.#up(me),
      down: (restarting) => this.#down(restarting),
      event: (name, data) => this.#hear(name, data),
      putOut: (refusal) => void this.#putOut(refusal?.message ?? null),
    });
    this.#link = new LinkState(world, this.#changed);
    const clock = new ServerClock(() => world.now());
    this.#stays = new Stays(frame.code, (code) => {
      const room = new OpenRoom(code, () => this.me, clock, keep);
      return new Stay(room, this.#live, world, {
        changed: this.#changed,
        entered: () => this.#ended(code, null, null),
        ended: (ending, words) => this.#ended(code, ending, words),
        notDelivered: () => {
          this.status = { words: "Not delivered." };
        },
      });
    });
    this.#refresh = new RoomsRefresh(this.#list, this.#live, world, () => this.#listed());
    this.#draft = this.#restored = this.#drafts.get(frame.code);
    this.#publish();
  }

  /** Begin to connect. */
  start(): void {
    this.#live.connect();
    this.#stopKeeping = keepLogin(this.#outside.world, this.#outside.fetch);
  }

  /** End everything, as when the page is left. */
  close(): void {
    this.#live.close();
    this.#stays.down();
    this.#refresh.stop();
    this.#stopKeeping();
  }

  /** The page is looked at again, or the network is back. */
  wake(): void {
    void this.#live.probe();
    this.#refresh.look();
  }

  /** The page isn't looked at any more, and may never be again. */
  rest(): void {
    this.#stays.current.rest();
  }

  get draft(): string {
    return this.#draft;
  }

  set draft(text: string) {
    this.#draft = text;
    this.#drafts.set(this.code, text);
    this.#stays.current.typed(text);
  }

  send(text: string): void {
    if (text.trim() === "") return;
    this.#stays.current.send(text);
    this.said++;
    this.#changed();
  }

  retry(key: string): void {
    this.#stays.current.retry(key);
    this.#changed();
  }

  discard(key: string): void {
    this.#stays.current.room.outbox.discard(key);
    this.#changed();
  }

  loadOlder(): Promise<void> {
    return this.#stays.current.visit.pages.older();
  }

  toLatest(): Promise<void> {
    return this.#stays.current.visit.pages.latest();
  }

  find(seq: number): Promise<string | null> {
    return this.#stays.current.visit.pages.find(seq);
  }

  retryNow(): void {
    this.#live.connect();
    if (this.ending === "full" || this.ending === "slow" || this.ending === "refused") this.#enterAgain();
  }

  seesEnd(sees: boolean): void {
    this.#stays.current.seesEnd(sees);
    this.#changed();
  }

  open(code: string): void {
    if (code === this.code) return;
    this.#outside.show(`/r/${code}`);
    this.show(code);
  }

  /** Bring another room on screen, when the address is right already. */
  show(code: string): void {
    if (code === this.code) return;
    if (this.#live.over) {
      this.#outside.go(`/r/${code}`); // this page was put out, another one may be let in
      return;
    }
    this.#stays.show(code);
    void this.#outside.fetch(`/r/${code}`, "HEAD").catch(() => null); // home leads back to the room of the last visit
    this.ending = this.endingWords = null;
    this.#draft = this.#drafts.get(code);
    this.#publish();
    if (this.#link.connection.state === "live") void this.#stays.current.up();
    void this.#refresh.now();
  }

  async leave(): Promise<string | null> {
    this.#leaving = true; // the room tells of it before the reply comes
    const words = await leaveRoom(this.#live, this.code);
    this.#leaving = false;
    if (words === null) this.#outside.go("/");
    return words;
  }

  async rename(name: string): Promise<string | null> {
    const changed = await changeName(this.#live, name);
    if (typeof changed === "string") return changed;
    this.me = changed;
    if (this.ending !== "name_taken") return null;
    await this.#stays.current.up(); // somebody there may have this name too
    return this.ending === null ? null : this.endingWords;
  }

  #enterAgain(): void {
    this.ending = this.endingWords = null;
    void this.#stays.current.up();
  }

  #up(me: Person): void {
    const other = this.me.id !== "" && this.me.id !== me.id;
    this.me = me;
    if (other) this.#stays.renew(); // somebody else has logged in: nothing of the one before is theirs
    this.#takeDrafts(me);
    if (this.#link.up()) this.status = { words: "Reconnected." };
    if (this.ending === null) this.#stays.up();
    if (this.#connections++ > 0) void this.#lookForNewVersion();
    void this.#refresh.now();
  }

  /** A draft of whoever had this browser before isn't shown; what was typed since is one's own. */
  #takeDrafts(me: Person): void {
    const typed = this.#draft === this.#restored ? "" : this.#draft;
    if (!this.#drafts.belongTo(me.id)) return;
    this.#draft = this.#restored = typed;
    this.#drafts.set(this.code, typed);
  }

  #down(restarting: boolean): void {
    this.#link.down(restarting);
    this.#stays.down();
  }

  #hear(name: string, data: object): void {
    const event = data as RoomEvent & { readonly last_number?: number };
    if (name === "room_activity") this.#list.activity(event.code, event.last_number ?? 0);
    else if (event.code === this.#stays.current.room.code) {
      this.#stays.current.visit.hear(event);
      this.#stays.current.look();
      if (event.type === "member_renamed" && event.user.id === this.me.id)
        this.me = { id: this.me.id, name: event.name };
    }
    this.#changed();
  }

  /** What was read elsewhere isn't new here either. */
  #listed(): void {
    const { code, unread } = this.#stays.current.room;
    unread.readElsewhere(this.#list.readIn(code));
    this.#changed();
  }

  #ended(code: string, ending: Ending | null, words: string | null): void {
    if (code !== this.#stays.current.room.code) return;
    if (ending === "left" && this.#leaving) {
      this.#outside.go("/");
      return;
    }
    this.ending = ending;
    this.endingWords = words;
    this.#changed();
  }

  /** The server has put us out for good: of everything, or of the room alone. */
  async #putOut(words: string | null): Promise<void> {
    const answer = await this.#outside.fetch("/api/v1/users/me").catch(() => null);
    this.#ended(this.code, answer?.ok ? "removed" : "logged_out", words);
  }

  async #lookForNewVersion(): Promise<void> {
    const version = await pageOnServer(this.#outside.fetch);
    if (version !== null && this.#version !== "" && version !== this.#version) this.newVersion = true;
  }

  #publish(): void {
    const { room, visit } = this.#stays.current;
    this.connection = this.#link.connection;
    this.showRoom(room, visit.pages.loadingOlder);
    this.rooms = this.#list.shown({ code: room.code, title: room.title, unread: this.unread }, this.#drafts.codes());
    this.#publishTyping(room);
  }

  #publishTyping(room: OpenRoom): void {
    const now = this.#outside.world.now();
    this.typing = room.others.shown(now);
    const next = room.others.changesAt();
    this.#cancelTyping();
    if (next !== null) this.#cancelTyping = this.#outside.world.later(next - now, this.#changed);
  }
}
