/** The browser's tab: the room's name, how much is new, and a dot on the icon. */
import type { RoomView } from "../../models/view";

export function tabTitle(room: Pick<RoomView, "title" | "code">, unread: number): string {
  const name = room.title.trim() ? `${room.title.trim()} – ${room.code}` : `${room.code} – Hubbub`;
  return unread > 0 ? `(${unread > 99 ? "99+" : unread}) ${name}` : name;
}

export function unreadOf(room: Pick<RoomView, "unread" | "rooms">): number {
  return room.rooms.reduce((sum, each) => sum + (each.current ? 0 : each.unread), room.unread);
}

export function markIcon(unread: boolean): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const wanted = unread ? "/favicon-unread.svg" : "/favicon.svg";
  if (icon && icon.getAttribute("href") !== wanted) icon.href = wanted;
}
