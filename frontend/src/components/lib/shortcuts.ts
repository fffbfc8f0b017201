/** Keys that work everywhere in a room. */
import type { RoomInList } from "../../models/view";
import { isWriting } from "../composer/typing";

export type Shortcut = { readonly open: string } | "shortcuts";

export function shortcutOf(event: KeyboardEvent, rooms: readonly RoomInList[]): Shortcut | null {
  if (event.defaultPrevented || event.isComposing) return null;
  if (event.key === "?" && !event.ctrlKey && !event.metaKey && !event.altKey) {
    return isWriting(event.target) || document.querySelector("dialog[open]") ? null : "shortcuts";
  }
  if (!event.altKey || event.ctrlKey || event.metaKey) return null;
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const code = step && roomBeside(rooms, step, event.shiftKey);
  return code ? { open: code } : null;
}

/** The next room up or down, round the end; with `unread`, the next that has news. */
export function roomBeside(rooms: readonly RoomInList[], step: number, unread: boolean): string | null {
  const at = rooms.findIndex((room) => room.current);
  for (let i = 1; i < rooms.length; i++) {
    const room = rooms[(at + step * i + rooms.length * i) % rooms.length];
    if (room && !room.current && (!unread || room.unread > 0)) return room.code;
  }
  return null;
}
