/** The gallery's entry: `?state=name` shows one state, without it a list of all. */
import { mount } from "svelte";
import Room from "../components/Room.svelte";
import { states } from "./states";

const target = document.getElementById("app");
const query = new URLSearchParams(location.search);
const theme = query.get("theme");
if (theme) document.documentElement.dataset.theme = theme;
if (query.get("density")) document.documentElement.dataset.density = "compact";
if (query.get("dir")) document.documentElement.dir = "rtl";

const make = states[query.get("state") ?? ""];
if (target && make) {
  const room = make();
  mount(Room, { target, props: { room } });
  Object.assign(window, { room });
} else if (target) {
  const { default: Index } = await import("./Index.svelte");
  mount(Index, { target });
}
