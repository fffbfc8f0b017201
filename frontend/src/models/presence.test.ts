import { describe, expect, test } from "vitest";
import type { MemberView, Presence as PresenceEvent } from "../protocol.gen";
import { NOON } from "./examples";
import { Notices } from "./notices";
import { Presence } from "./presence";

const member = (id: string, here = true): MemberView => ({ id, name: id.toUpperCase(), role: "guest", here });
const event = (here: number, came: string[] = [], went: string[] = []): PresenceEvent => ({
  type: "presence",
  code: "WXYZ",
  here,
  came,
  went,
});

function presence(...here: string[]): Presence {
  const made = new Presence(() => "me");
  made.begin(here.length + 1, member("me"));
  made.page(here.map((id) => member(id)));
  made.finish();
  return made;
}

const names = (of: Presence) => of.here.map(({ name }) => name);

describe("presence", () => {
  test("lists oneself first, then the others by name", () => {
    expect(names(presence("cid", "bob"))).toEqual(["ME", "BOB", "CID"]);
  });

  test("follows the news, and tells of others only", () => {
    const made = presence("bob");
    made.meet({ id: "cid", name: "CID" });
    expect(made.hear(event(3, ["cid", "me", "bob"]))).toEqual({ came: ["cid"], went: [] });
    expect(made.hear(event(2, [], ["bob", "me", "nobody"]))).toEqual({ came: [], went: ["bob"] });
    expect([names(made), made.count]).toEqual([["ME", "CID"], 2]);
  });

  test("after a reconnection is told anew, and nobody has entered by that", () => {
    const made = presence("bob");
    made.begin(2, member("me"));
    expect(made.hear(event(2, ["me", "bob"]))).toEqual({ came: [], went: [] });
    made.page([member("bob", false), member("cid")]);
    expect(names(made)).toEqual(["ME", "BOB"]);
    made.finish();
    expect(names(made)).toEqual(["ME", "BOB", "CID"]);
  });

  test("shows at most a hundred", () => {
    const made = presence(...Array.from({ length: 250 }, (_, index) => `p${index}`));
    expect([made.here.length, made.full]).toEqual([100, true]);
  });
});

describe("notices", () => {
  const BOB = { id: "bob", name: "Bob" };
  const words = (of: Notices) => of.lines.map((line) => line.words);

  test("tell who has entered and who has left", () => {
    const made = new Notices();
    made.add(BOB, "entered", NOON, 3, 1);
    made.add(BOB, "left", NOON, 3, 1);
    expect(words(made)).toEqual(["Bob has entered the room.", "Bob has left the room."]);
  });

  test("don't pile up for somebody who comes and goes", () => {
    const made = new Notices();
    for (let each = 0; each < 10; each++) {
      made.add(BOB, "entered", NOON, 3, 1);
      made.add(BOB, "left", NOON, 3, 1);
    }
    expect(words(made)).toEqual(["Bob has entered the room.", "Bob has left the room."]);
    made.add(BOB, "entered", NOON, 4, 2);
    expect(made.lines.length).toBe(3);
  });

  test("are kept in a bounded number, each with a key of its own", () => {
    const made = new Notices();
    for (let each = 0; each < 500; each++) made.add({ id: `${each}`, name: "x" }, "entered", NOON, each, each);
    expect(made.lines.length).toBe(200);
    expect(new Set(made.lines.map(({ key }) => key)).size).toBe(200);
  });
});
