/** The entry of a room's page: puts the room into the frame that the server has sent. */
import { mount } from "svelte";
import Room from "./components/Room.svelte";
import type { RoomView } from "./models/view";

const frame = document.getElementById("app");
if (frame) mount(Room, { target: frame, props: { room: {} as RoomView } });
