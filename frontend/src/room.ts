/** The entry of a room's page: puts the room into the frame that the server has sent. */
import { mount } from "svelte";
import Room from "./components/Room.svelte";
import { RoomPage } from "./models/room.svelte";
import { inBrowser } from "./net/browser";
import { tellErrorsOf } from "./net/page_errors";

tellErrorsOf(window);
const frame = document.getElementById("app");
if (frame) {
  const { code = "", name = "", version = "" } = frame.dataset;
  const room = new RoomPage({ code, name, version }, inBrowser());
  window.addEventListener("online", () => room.wake());
  window.addEventListener("focus", () => room.wake());
  window.addEventListener("pagehide", () => room.rest());
  document.addEventListener("visibilitychange", () => (document.hidden ? room.rest() : room.wake()));
  window.addEventListener("popstate", () => {
    const shown = /^\/r\/([A-Z]+)$/.exec(location.pathname)?.[1];
    if (shown) room.show(shown);
  });
  mount(Room, { target: frame, props: { room } });
  room.start();
}
