/** Stored events as lines of the timeline. */
import type { MemberRenamed, MessageSent, RoomCreated, StoredEvent } from "../protocol.gen";
import type { MessageLine, SystemLine } from "./view";

export interface StoredMessage extends MessageLine {
  readonly seq: number;
  readonly number: number;
}

export interface StoredSystem extends SystemLine {
  readonly seq: number;
}

export type StoredLine = StoredMessage | StoredSystem;

/** The name by which somebody was known until now. */
export type NameOf = (id: string) => string | null;

/** The line of an event; null for one that isn't shown, or that this page doesn't know yet. */
export function lineOf(event: StoredEvent, me: string, nameOf: NameOf): StoredLine | null {
  switch (event.type) {
    case "message_sent":
      return messageLine(event, me);
    case "room_created":
      return systemLine(event, `${event.by.name} has made the room.`);
    case "member_renamed":
      return systemLine(event, renamed(event, nameOf(event.user.id)));
    default:
      return null; // who came and went is told by presence
  }
}

/** The key of a message: one's own keeps the one that it had while it was on its way. */
export function keyOf(seq: number, clientMessageId: string, mine: boolean): string {
  return mine && !clientMessageId.startsWith("seq:") ? clientMessageId : `seq:${seq}`;
}

export function messageLine(event: MessageSent, me: string): StoredMessage {
  const mine = event.by.id === me;
  return {
    kind: "message",
    key: keyOf(event.seq, event.client_message_id, mine),
    seq: event.seq,
    number: event.number,
    at: Date.parse(event.at),
    by: { id: event.by.id, name: event.by.name },
    mine,
    text: event.text ?? null,
    status: "sent",
    why: null,
  };
}

function renamed({ name }: MemberRenamed, before: string | null): string {
  return before === null || before === name ? `${name} goes by a new name.` : `${before} is now called ${name}.`;
}

function systemLine(event: RoomCreated | MemberRenamed, words: string): StoredSystem {
  return { kind: "system", key: `seq:${event.seq}`, seq: event.seq, at: Date.parse(event.at), words };
}
