/**
 * What the components see of a room. `models/` makes it from the live connection, the gallery from examples; components know
 * nothing else and never touch a socket. All properties are reactive (Svelte 5 runes in the class that implements them).
 */

/** Somebody, as the server names them. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

/** Somebody who has the room open now. */
export interface Here extends Person {
  readonly role: "owner" | "moderator" | "member" | "guest";
  readonly me: boolean;
}

/** A message: stored when it has a seq; before that, one's own on its way. */
export interface MessageLine {
  readonly kind: "message";
  /** Stable over pending and stored: the client_message_id for one's own, else `seq:N`. */
  readonly key: string;
  readonly seq: number | null;
  readonly number: number | null;
  /** Milliseconds since 1970: the server's time, or one's own while pending. */
  readonly at: number;
  readonly by: Person;
  readonly mine: boolean;
  /** Null: deleted. */
  readonly text: string | null;
  readonly status: "pending" | "sent" | "failed";
  /** Why it failed, as a sentence. */
  readonly why: string | null;
}

/** A quiet line about the room: made, entered, left, renamed. */
export interface SystemLine {
  readonly kind: "system";
  readonly key: string;
  readonly at: number;
  /** One sentence, such as "Ann has entered the room." */
  readonly words: string;
}

/** What stands in the timeline from top to bottom, grouped for reading. */
export type Row =
  | { readonly kind: "day"; readonly key: string; readonly at: number }
  | { readonly kind: "new"; readonly key: string; readonly count: number }
  | { readonly kind: "system"; readonly key: string; readonly lines: readonly SystemLine[] }
  | {
      readonly kind: "group";
      readonly key: string;
      readonly by: Person;
      readonly mine: boolean;
      readonly lines: readonly MessageLine[];
    };

/** Where the connection stands. `reconnecting` is told only after 2 seconds without one. */
export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  | { readonly state: "reconnecting"; readonly restarting: boolean };

/** Why there is no room to show, and what the person can do instead. */
export type Ending =
  | "not_found"
  | "full"
  | "vanished"
  | "deleted"
  | "removed"
  | "left"
  | "name_taken"
  | "logged_out"
  | "slow"
  | "refused";

export interface RoomInList {
  readonly code: string;
  readonly title: string;
  readonly unread: number;
  readonly draft: boolean;
  readonly current: boolean;
}

export type Lifetime = "kept" | "expires" | "vanishes";

export interface RoomView {
  readonly code: string;
  readonly title: string;
  readonly lifetime: Lifetime;
  readonly expiresDays: number | null;
  readonly me: Person;
  /** False until the first page of messages is there: show skeleton lines. */
  readonly loaded: boolean;
  readonly ending: Ending | null;
  /** The server's sentence for the ending, if it gave one. */
  readonly endingWords: string | null;
  readonly connection: Connection;
  /** How many people are here, and who (at most 100, oneself first). */
  readonly hereCount: number;
  readonly here: readonly Here[];
  readonly rows: readonly Row[];
  /** How often one has come in, first or again: what is new since is to be shown. */
  readonly entries: number;
  /** How often one has said something: it is to be shown. */
  readonly said: number;
  /** Are there older messages to load; is a page under way. */
  readonly older: boolean;
  readonly loadingOlder: boolean;
  /**
   * The rows don't reach the room's latest message, because the reader had gone far up: `seesEnd(true)` loads the next page,
   * `toLatest` goes to the latest one at once.
   */
  readonly newer?: boolean;
  /** Messages of others below what was read, while the reader is scrolled up or the window is in the background. */
  readonly unread: number;
  /** Names of those who are typing, at most 3, and how many more. */
  readonly typing: { readonly names: readonly string[]; readonly more: number };
  /** The draft of this room; setting it stores it and tells the others that one is typing. */
  draft: string;
  /** A newer page is on the server. */
  readonly newVersion: boolean;
  readonly rooms: readonly RoomInList[];
  /** The last thing worth saying to a screen reader: "Reconnected.", "Not delivered." A new object each time. */
  readonly status: { readonly words: string };

  send(text: string): void;
  retry(key: string): void;
  discard(key: string): void;
  loadOlder(): Promise<void>;
  toLatest?(): Promise<void>;
  /** Bring a message into the rows; returns its line's key, null when there is none. */
  find?(seq: number): Promise<string | null>;
  retryNow(): void;
  /** The reader sees the end of the timeline (window focused, scrolled to the bottom), or doesn't. */
  seesEnd(sees: boolean): void;
  open(code: string): void;
  /** Leave for good; returns why that can't be, as a sentence. */
  leave(): Promise<string | null>;
  rename(name: string): Promise<string | null>;
}
