/** Tests of what is kept, and of what is told of time, emoji and actions: each is small. */
import { describe, expect, test } from "vitest";
import { actionOf } from "./action";
import { ServerClock } from "./clock";
import { Drafts } from "./drafts";
import { isOnlyEmoji } from "./emoji";
import { endingOf } from "./ending";
import { NOON, refusal, TestWorld } from "./examples";
import { dayName, dayOf, fullTime, machineTime, relative, shortTime } from "./format";
import { LinkState } from "./link_state";
import { leaveRoom } from "./oneself";
import { RoomsList } from "./rooms_list";
import { RefusedError, type Server } from "./server";
import { browserKeep, memoryKeep } from "./storage";

const BLOCKED = browserKeep(() => {
  throw new Error("blocked");
});

describe("drafts", () => {
  test("are kept by room, over a reload", () => {
    const keep = memoryKeep();
    const drafts = new Drafts(keep);
    drafts.set("WXYZ", "Hel");
    drafts.set("ABCD", "x");
    drafts.set("ABCD", "");
    expect([new Drafts(keep).get("WXYZ"), new Drafts(keep).get("ABCD"), [...drafts.codes()]]).toEqual([
      "Hel",
      "",
      ["WXYZ"],
    ]);
  });

  test("of somebody else are thrown away", () => {
    const keep = memoryKeep();
    const drafts = new Drafts(keep);
    expect(drafts.belongTo("ann")).toBe(false);
    drafts.set("WXYZ", "Ann's");
    expect([new Drafts(keep).belongTo("ann"), drafts.get("WXYZ")]).toEqual([false, "Ann's"]);
    const later = new Drafts(keep);
    expect([later.belongTo("bob"), later.get("WXYZ"), [...later.codes()]]).toEqual([true, "", []]);
  });

  test("last as long as the page where the browser keeps nothing", () => {
    const drafts = new Drafts(BLOCKED);
    drafts.set("WXYZ", "Hel");
    expect([drafts.get("WXYZ"), [...drafts.codes()]]).toEqual(["Hel", ["WXYZ"]]);
    drafts.set("WXYZ", "");
    expect([drafts.get("WXYZ"), [...drafts.codes()]]).toEqual(["", []]);
  });
});

test("a full or blocked storage is no error", () => {
  expect([BLOCKED.get("a"), BLOCKED.set("a", "b"), BLOCKED.keys("")]).toEqual([null, false, []]);
  BLOCKED.remove("a");
});

describe("the server's clock", () => {
  test("is known by what happens, however wrong one's own is", () => {
    const clock = new ServerClock(() => NOON);
    clock.learn(NOON + 3_600_000 - 300);
    clock.learn(NOON + 3_600_000 - 20);
    expect(clock.now()).toBe(NOON + 3_600_000 - 20);
  });

  test("is never before what is in the log", () => {
    const clock = new ServerClock(() => NOON);
    clock.notBefore(NOON + 5_000);
    clock.notBefore(NOON - 5_000);
    expect(clock.now()).toBe(NOON + 5_000);
  });

  test("follows when one's own is put right", () => {
    let now = NOON - 3_600_000;
    const clock = new ServerClock(() => now);
    clock.learn(NOON);
    now = NOON;
    for (let each = 0; each < 8; each++) clock.learn(NOON);
    expect(clock.now()).toBe(NOON);
  });
});

describe("times", () => {
  const where = { locale: "en-GB", timeZone: "Europe/Berlin" };

  test("in words", () => {
    expect(shortTime(NOON, where)).toBe("13:00");
    expect(fullTime(NOON, where)).toContain("20 November 2026");
    expect(machineTime(NOON)).toBe("2026-11-20T12:00:00.000Z");
  });

  test("have the day of the viewer's zone", () => {
    const late = NOON + 11.5 * 3_600_000;
    expect([dayOf(late, { timeZone: "UTC" }), dayOf(late, where)]).toEqual(["2026-11-20", "2026-11-21"]);
  });

  test("name days by how far they are", () => {
    const days = [0, 1, 3, 30, 400].map((ago) => dayName(NOON - ago * 86_400_000, NOON, where).replace(",", ""));
    expect(days).toEqual(["Today", "Yesterday", "Tuesday", "Wednesday 21 October", "Thursday 16 October 2025"]);
  });

  test("tell how long ago something was, and never that it is to come", () => {
    const ago = (ms: number) => relative(NOON - ms, NOON, where);
    expect([ago(5_000), ago(-60_000), ago(180_000), ago(7_200_000), ago(2 * 86_400_000)]).toEqual([
      "now",
      "now",
      "3 minutes ago",
      "2 hours ago",
      "2 days ago",
    ]);
  });
});

test.each(["👍", "❤️", "👨‍👩‍👧‍👦", "🇳🇿 🇩🇪", "1️⃣", "👋🏽👋👋🏿"])("%s is nothing but emoji", (text) => {
  expect(isOnlyEmoji(text)).toBe(true);
});

test.each(["", " ", "a", "1", "#", "👍 ok", "👍👍👍👍", "©"])("%s isn't", (text) => {
  expect(isOnlyEmoji(text)).toBe(false);
});

test("an action has words", () => {
  expect(["/me waves", "/me  a\nb", "/me", "/me ", "/mean", "x /me y"].map(actionOf)).toEqual([
    "waves",
    "a\nb",
    null,
    null,
    null,
    null,
  ]);
});

test("a room that one was in has ended otherwise than one that never was", () => {
  expect([
    endingOf("room_not_found", null),
    endingOf("room_not_found", "vanishes"),
    endingOf("room_not_found", "kept"),
  ]).toEqual(["not_found", "vanished", "deleted"]);
  expect([endingOf("room_full", null), endingOf("internal", null)]).toEqual(["full", "refused"]);
});

test("one has left a room that one isn't in, and no other because the server is busy", async () => {
  const refusing = (code: Parameters<typeof refusal>[0]): Server => ({
    ask: () => Promise.reject(new RefusedError(refusal(code, "No."))),
    tell: () => {},
  });
  const left = (code: Parameters<typeof refusal>[0]) => leaveRoom(refusing(code), "WXYZ");
  expect(await Promise.all([left("not_a_member"), left("room_not_found"), left("slow_down")])).toEqual([
    null,
    null,
    "No.",
  ]);
});

test("a lost connection is told after two seconds, a restart as one", async () => {
  const world = new TestWorld();
  const link = new LinkState(world, () => {});
  link.up();
  link.down(false);
  await world.pass(1_900);
  expect([link.connection.state, link.up()]).toEqual(["live", false]);
  link.down(true);
  link.down(false);
  await world.pass(2_000);
  expect([link.connection, link.up()]).toEqual([{ state: "reconnecting", restarting: true }, true]);
});

test("the list of rooms follows what is said elsewhere", () => {
  const list = new RoomsList();
  const room = (code: string) => ({ code, title: code, role: "guest" as const, last_number: 5, read_number: 3 });
  list.take({ rooms: [room("AAAA"), room("BBBB")], more: false });
  const current = { code: "AAAA", title: "Tea", unread: 0 };
  const before = list.shown(current, new Set(["BBBB"]));
  expect(before).toEqual([
    { code: "AAAA", title: "Tea", unread: 0, draft: false, current: true },
    { code: "BBBB", title: "BBBB", unread: 2, draft: true, current: false },
  ]);
  expect(list.shown(current, new Set(["BBBB"]))).toBe(before);
  list.activity("BBBB", 9);
  list.activity("BBBB", 7);
  expect(list.shown(current, new Set()).map(({ code, unread }) => `${code} ${unread}`)).toEqual(["BBBB 6", "AAAA 0"]);
});
