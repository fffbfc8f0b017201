/** Small sentences, initials and hues. */
import { expect, test } from "vitest";
import { hueOf } from "./hue";
import { tabTitle, unreadOf } from "./tab";
import { initials, people, roomName, spelled, typingWords } from "./words";

test("typing is told of at most three, and of how many more", () => {
  expect(typingWords([], 0)).toBe("");
  expect(typingWords(["Ada"], 0)).toBe("Ada is typing…");
  expect(typingWords(["Ada", "Ben"], 0)).toBe("Ada and Ben are typing…");
  expect(typingWords(["Ada", "Ben", "Cy"], 0)).toBe("Ada, Ben and Cy are typing…");
  expect(typingWords(["Ada", "Ben", "Cy"], 2)).toBe("Ada, Ben, Cy and 2 more are typing…");
});

test("initials are whole letters", () => {
  expect(initials("Ann")).toBe("A");
  expect(initials("ben okafor")).toBe("BO");
  expect(initials("👩🏽‍🚀 Zoë")).toBe("👩🏽‍🚀Z");
  expect(initials("  ")).toBe("?");
});

test("a hue stays the same for an id, and ids spread over all twelve", () => {
  expect(hueOf("u-ann")).toBe(hueOf("u-ann"));
  const seen = new Set(Array.from({ length: 500 }, (_, i) => hueOf(`user-${i}`)));
  expect([...seen].sort()).toEqual(Array.from({ length: 12 }, (_, i) => `hue-${i}`).sort());
});

test("a room without a title goes by its code", () => {
  expect(roomName({ title: " ", code: "WXYZ" })).toBe("Room WXYZ");
  expect(roomName({ title: "Physics", code: "WXYZ" })).toBe("Physics");
  expect(spelled("WXYZ")).toBe("W X Y Z");
  expect(people(1)).toBe("1 person");
  expect(people(2)).toBe("2 people");
});

test("the tab tells what is new in all rooms together", () => {
  const elsewhere = { code: "KFQB", title: "", unread: 2, draft: false, current: false };
  const here = { ...elsewhere, code: "WXYZ", unread: 7, current: true };
  expect(unreadOf({ unread: 1, rooms: [here, elsewhere] })).toBe(3);
  expect(tabTitle({ title: "Physics", code: "WXYZ" }, 3)).toBe("(3) Physics – WXYZ");
  expect(tabTitle({ title: "", code: "WXYZ" }, 0)).toBe("WXYZ – Hubbub");
  expect(tabTitle({ title: "", code: "WXYZ" }, 100)).toBe("(99+) WXYZ – Hubbub");
});
