/** The outside as a browser has it. */
import type { Outside } from "../models/room.svelte";
import { browserKeep } from "../models/storage";
import { makeSocket } from "./socket";

export function inBrowser(): Outside {
  return {
    world: {
      now: () => Date.now(),
      later: (ms, deed) => {
        const timer = setTimeout(deed, ms);
        return () => clearTimeout(timer);
      },
      frame: (deed) => {
        const frame = requestAnimationFrame(deed);
        return () => cancelAnimationFrame(frame);
      },
      random: () => Math.random(),
      newId: newId,
    },
    keep: browserKeep(() => localStorage),
    socket: makeSocket(),
    fetch: (url, method = "GET") => fetch(url, { method }),
    go: (url) => location.assign(url),
    show: (url) => history.pushState(null, "", url),
  };
}

/** 128 random bits; `crypto.randomUUID` is missing where a page came over http from another machine. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
