import { beforeEach, describe, expect, test } from "vitest";
import type { Commands } from "../protocol.gen";
import { ServerClock } from "./clock";
import { ANN, BOB, joined, message, messages, NOON, refusal, settle, TestWorld } from "./examples";
import { OpenRoom } from "./open_room";
import { type CommandName, LostError, RefusedError, type Server } from "./server";
import { Stay } from "./stay";
import { Stays } from "./stays";
import { type Keep, memoryKeep } from "./storage";

type Asked = { command: CommandName; fields: Record<string, unknown> };
type Answer = (fields: Record<string, unknown>) => unknown;

/** A server that answers as it is told to, and notes what it was asked. */
class FakeServer implements Server {
  readonly asked: Asked[] = [];
  readonly answers: Partial<Record<CommandName, Answer>> = {
    join_room: () => joined(),
    members: () => ({ members: [], here: 1, more: false }),
    read: ({ number }) => ({ read_number: number }),
  };

  async ask<C extends CommandName>(command: C, fields: Commands[C]["fields"]): Promise<Commands[C]["reply"]> {
    this.asked.push({ command, fields: fields as Asked["fields"] });
    const answer = this.answers[command];
    if (!answer) throw new LostError("No answer.");
    return (await answer(fields as Asked["fields"])) as Commands[C]["reply"];
  }

  tell<C extends CommandName>(command: C, fields: Commands[C]["fields"]): void {
    this.asked.push({ command, fields: fields as Asked["fields"] });
  }

  of(command: CommandName): Asked["fields"][] {
    return this.asked.filter((each) => each.command === command).map(({ fields }) => fields);
  }
}

let world: TestWorld;
let server: FakeServer;
let room: OpenRoom;
let stay: Stay;
let ended: string[];
let keep: Keep;

beforeEach(() => {
  world = new TestWorld();
  server = new FakeServer();
  ended = [];
  keep = memoryKeep();
  room = new OpenRoom("WXYZ", () => ANN, new ServerClock(world.now), keep);
  stay = new Stay(room, server, world, {
    changed: () => {},
    entered: () => {},
    ended: (ending, words) => ended.push(`${ending}: ${words}`),
    notDelivered: () => ended.push("not delivered"),
  });
});

const texts = () => room.rows().flatMap((row) => (row.kind === "group" ? row.lines.map(({ text }) => text) : []));

async function enter(): Promise<void> {
  stay.up();
  await settle();
}

const unseen = (epoch: string) => ({ messages: [], last_seq: 0, epoch, more: false });

/** The server takes what is sent into a room that isn't on screen. */
function answerUnseen(epoch = "first"): void {
  server.answers.messages = () => unseen(epoch);
  server.answers.send_message = () => ({ seq: 1, number: 1, at: new Date(NOON).toISOString() });
}

describe("a stay", () => {
  test("comes back with the last seq and the epoch, and pages through what it missed", async () => {
    server.answers.join_room = () => joined({ last_seq: 3, last_number: 3, messages: messages(1, 3) });
    await enter();
    stay.down();
    server.answers.join_room = () => ({
      ...joined({ last_seq: 9, more: true, reset: false }),
      messages: undefined,
      events: messages(4, 5),
    });
    server.answers.events = ({ since }) => {
      const first = Number(since) + 1;
      return { events: messages(first, first + 1), last_seq: 9, epoch: "first", more: first + 1 < 9 };
    };
    await enter();
    expect(server.of("join_room")[1]).toEqual({ code: "WXYZ", since: 3, epoch: "first" });
    expect(server.of("events").map(({ since }) => since)).toEqual([5, 7]);
    expect(texts()).toEqual(messages(1, 9).map(({ text }) => text));
  });

  test("tells who comes new and has to wait for long; who is in goes on reading", async () => {
    server.answers.join_room = () => {
      throw new RefusedError(refusal("slow_down", "Too many wrong codes.", 15));
    };
    await enter();
    expect(ended).toEqual(["slow: Too many wrong codes. Try again in 15 seconds."]);
    server.answers.join_room = () => joined({ last_seq: 1, last_number: 1, messages: messages(1, 1) });
    await enter();
    server.answers.join_room = () => {
      throw new RefusedError(refusal("slow_down", "Too often.", 15));
    };
    await enter();
    expect(ended.length).toBe(1);
  });

  test("fills a gap, whatever comes meanwhile", async () => {
    await enter();
    server.answers.events = ({ since }) => {
      stay.visit.hear(message(6));
      return { events: messages(Number(since) + 1, Number(since) + 3), last_seq: 6, epoch: "first", more: false };
    };
    stay.visit.hear(message(4));
    await settle();
    expect(server.of("events").map(({ since }) => since)).toEqual([0, 3]);
    expect(texts()).toEqual(messages(1, 6).map(({ text }) => text));
  });

  test("stops asking for a gap that the server knows nothing of", async () => {
    await enter();
    server.answers.events = () => ({ events: [], last_seq: 0, epoch: "first", more: false });
    stay.visit.hear(message(4));
    await settle();
    expect(server.of("events").length).toBe(1);
  });

  test("shows another history, at the place where the reader was", async () => {
    server.answers.join_room = () =>
      joined({ last_seq: 300, last_number: 300, messages: messages(251, 300), more: true });
    await enter();
    stay.seesEnd(false);
    server.answers.join_room = () =>
      joined({ epoch: "second", last_seq: 600, messages: messages(551, 600), more: true });
    server.answers.messages = ({ after }) => {
      const first = Number(after) + 1;
      return { messages: messages(first, first + 199), last_seq: 600, epoch: "second", more: true };
    };
    stay.down();
    await enter();
    expect([room.timeline.firstSeq, room.timeline.lastSeq, room.timeline.newer]).toEqual([251, 450, true]);
  });

  test("keeps the reader's place when too much was missed", async () => {
    server.answers.join_room = () => joined({ last_seq: 50, last_number: 50, messages: messages(1, 50) });
    await enter();
    stay.seesEnd(false);
    server.answers.join_room = () =>
      joined({ last_seq: 20_000, last_number: 20_000, messages: messages(19_951, 20_000) });
    stay.down();
    await enter();
    expect([room.timeline.lastSeq, room.timeline.newer, room.unread.count]).toEqual([50, true, 20_000]);
    server.answers.messages = () => ({
      messages: messages(19_951, 20_000),
      last_seq: 20_000,
      epoch: "first",
      more: true,
    });
    await stay.visit.pages.latest();
    expect([room.timeline.firstSeq, room.timeline.newer]).toEqual([19_951, false]);
  });

  test("shows what was said without a connection, however far up one was reading", async () => {
    const log = messages(251, 2_300);
    server.answers.join_room = () =>
      joined({ last_seq: 300, last_number: 300, messages: log.slice(0, 50), more: true });
    await enter();
    stay.seesEnd(false);
    for (const each of log.slice(50)) stay.visit.hear(each);
    expect(room.timeline.newer).toBe(true);
    stay.down();
    stay.send("mine");
    server.answers.join_room = () => ({
      ...joined({ last_seq: 2_300, last_number: 2_300, reset: false }),
      messages: undefined,
      events: [],
    });
    server.answers.messages = ({ after }) => {
      const page = log.filter(({ seq }) => seq > Number(after ?? 2_250));
      return { messages: page, last_seq: log.at(-1)?.seq, epoch: "first", more: after === undefined };
    };
    server.answers.send_message = () => {
      const mine = message(2_301, { text: "mine", client_message_id: "new-0" }, ANN);
      log.push(mine);
      stay.visit.hear(mine);
      return { seq: mine.seq, number: mine.number, at: mine.at };
    };
    await enter();
    expect([texts().at(-1), room.timeline.newer, room.outbox.lines]).toEqual(["mine", false, []]);
  });

  test("waits with coming in as long as the server says", async () => {
    server.answers.join_room = () => Promise.reject(new RefusedError(refusal("slow_down", "Wait.", 7)));
    await enter();
    await world.pass(6_900);
    expect(server.of("join_room").length).toBe(1);
    server.answers.join_room = () => joined();
    await world.pass(200);
    expect([room.loaded, ended]).toEqual([true, []]);
  });

  test("ends with the reason when one isn't let in, or the room is gone", async () => {
    server.answers.join_room = () => Promise.reject(new RefusedError(refusal("room_full", "The room is full.")));
    await enter();
    server.answers.join_room = () => joined();
    await enter();
    const { type: _, text: __, number: ___, client_message_id: ____, ...where } = message(1);
    stay.visit.hear({ type: "room_deleted", ...where });
    expect(ended).toEqual(["full: The room is full.", "deleted: null"]);
  });

  test("delivers in order, waits when it is too often, and says what failed", async () => {
    const answers = [refusal("slow_down", "Wait.", 3), null, refusal("too_long", "This is too long.")];
    server.answers.send_message = () => {
      const refused = answers.shift();
      if (refused) throw new RefusedError(refused);
      return { seq: 9, number: 9, at: new Date(NOON).toISOString() };
    };
    stay.send("one"); // before one is in
    await enter();
    stay.send("two");
    await settle();
    expect(server.of("send_message").length).toBe(1);
    await world.pass(3_000);
    expect(server.of("send_message").map(({ text }) => text)).toEqual(["one", "one", "two"]);
    expect(new Set(server.of("send_message").map((fields) => fields.client_message_id)).size).toBe(2);
    expect(room.outbox.lines.map(({ status, why }) => [status, why])).toEqual([
      ["sent", null],
      ["failed", "This is too long."],
    ]);
    expect(ended).toEqual(["not delivered"]);
  });

  test("doesn't ask on and on while nothing comes back", async () => {
    await enter();
    stay.send("one");
    await world.pass(5_000);
    expect(server.of("send_message").length).toBeLessThanOrEqual(6);
    stay.down();
    await world.pass(60_000);
    expect(server.of("send_message").length).toBeLessThanOrEqual(6);
  });

  test("tells what was read only while the end is seen", async () => {
    await enter();
    stay.visit.hear(message(1));
    stay.look();
    await world.pass(5_000);
    expect([server.of("read"), room.unread.count]).toEqual([[], 1]);
    stay.seesEnd(true);
    for (let seq = 2; seq <= 20; seq++) {
      stay.visit.hear(message(seq));
      stay.look();
      await world.pass(100);
    }
    await world.pass(5_000);
    expect(server.of("read").map(({ number }) => number)).toEqual([1, 20]);
  });

  test.each([0, 25])("knows a message that was delivered %d hours ago, though its reply was lost", async (hours) => {
    const letter = { text: "hello", at: NOON - hours * 3_600_000, place: 0, why: null, epoch: "first" };
    keep.set("hubbub.outbox.ann.WXYZ.id-1", JSON.stringify(letter));
    server.answers.join_room = () =>
      joined({ last_seq: 1, last_number: 1, messages: [message(1, { text: "hello" }, ANN)] });
    await enter();
    expect([texts(), room.outbox.lines, keep.keys("hubbub.outbox.")]).toEqual([["hello"], [], []]);
    expect(server.of("send_message")).toEqual([]);
  });

  test("marks what was missed, and takes it for read only when the reader is asked again", async () => {
    server.answers.join_room = () => joined({ last_seq: 1, last_number: 1, messages: messages(1, 1) });
    await enter();
    stay.seesEnd(true);
    stay.down();
    server.answers.join_room = () => ({
      ...joined({ last_seq: 4, last_number: 4, read_number: 1, reset: false }),
      messages: undefined,
      events: messages(2, 4),
    });
    await enter();
    expect([room.unread.count, room.unread.divider, room.entries]).toEqual([3, { after: 1, count: 3 }, 2]);
    stay.seesEnd(true);
    expect([room.unread.count, room.unread.divider?.count]).toEqual([0, 3]);
  });

  test("ends where one has left in another window, and isn't entered again", async () => {
    await enter();
    const { at, by, code } = message(1, {}, ANN);
    stay.visit.hear({ type: "member_left", code, seq: 1, at, by, user: ANN });
    expect(ended).toEqual(["left: null"]);
  });

  test("ends where one has left in another window meanwhile, and makes one no member again", async () => {
    await enter();
    stay.down();
    server.answers.members = () => Promise.reject(new RefusedError(refusal("not_a_member", "Join it first.")));
    await enter();
    expect([server.of("join_room").length, ended]).toEqual([1, ["left: null"]]);
  });

  test("ends where one has left a private room meanwhile, or it is gone", async () => {
    server.answers.join_room = () => joined({ room: { ...joined().room, private: true } });
    await enter();
    stay.down();
    server.answers.members = () => Promise.reject(new RefusedError(refusal("room_not_found", "There is no room.")));
    await enter();
    expect([server.of("join_room").length, ended]).toEqual([
      1,
      ["left: You left it in another window, or it is gone."],
    ]);
  });

  test("that goes off screen tells at once what was read last", async () => {
    await enter();
    stay.seesEnd(true);
    for (const seq of [1, 2]) {
      stay.visit.hear(message(seq));
      stay.look();
    }
    stay.hide();
    expect(server.of("read").map(({ number }) => number)).toEqual([1, 2]);
  });

  test("whose page may be closed now tells so too, and goes on", async () => {
    await enter();
    stay.seesEnd(true);
    for (const seq of [1, 2]) {
      stay.visit.hear(message(seq));
      stay.look();
    }
    stay.rest();
    stay.rest();
    expect(server.of("read").map(({ number }) => number)).toEqual([1, 2]);
    stay.visit.hear(message(3));
    stay.look();
    await world.pass(5_000);
    expect(server.of("read").map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  test("tells again what was read last when that was lost with the connection", async () => {
    await enter();
    stay.seesEnd(true);
    for (const seq of [1, 2]) {
      stay.visit.hear(message(seq));
      stay.look();
    }
    await settle();
    server.answers.read = () => Promise.reject(new LostError("No answer."));
    stay.rest();
    await settle();
    stay.down();
    server.answers.join_room = () => joined({ last_seq: 2, last_number: 2, read_number: 1, reset: false });
    server.answers.read = ({ number }) => ({ read_number: number });
    await enter();
    await world.pass(2_000);
    expect(server.of("read").map(({ number }) => number)).toEqual([1, 2, 2]);
  });

  test("asks again who is here when the list and the count differ, but not all the time", async () => {
    await enter();
    const view = { ...BOB, role: "guest" as const, here: true };
    server.answers.members = () => ({ members: [view], here: 2, more: false });
    const hear = async () => {
      stay.visit.hear({ type: "presence", code: "WXYZ", here: 2, came: ["ann"], went: [] });
      await settle();
    };
    await hear();
    expect([server.of("members").length, room.presence.here.map(({ name }) => name)]).toEqual([2, ["Ann", "Bob"]]);
    await hear();
    expect(server.of("members").length).toBe(2);
    server.answers.members = () => ({ members: [], here: 2, more: false });
    stay.visit.hear({ type: "presence", code: "WXYZ", here: 2, came: [], went: ["bob"] });
    await settle();
    expect(server.of("members").length).toBe(2);
    await world.pass(10_000);
    await hear();
    expect(server.of("members").length).toBe(3);
  });

  test("asks for the names of those that it doesn't know", async () => {
    server.answers.members = ({ after }) => ({
      members: after === "bo" ? [{ ...BOB, role: "guest", here: true }] : [],
      here: 2,
      more: false,
    });
    await enter();
    stay.visit.hear({ type: "presence", code: "WXYZ", here: 2, came: ["bob"], went: [] });
    await settle();
    expect(room.notices.lines.map(({ words }) => words)).toEqual(["Bob has entered the room."]);
    expect(room.presence.here.map(({ name }) => name)).toEqual(["Ann", "Bob"]);
  });

  test("asks who is here when it was behind, once more if that changes meanwhile", async () => {
    const view = (of: typeof BOB, here = true) => ({ ...of, role: "guest" as const, here });
    const here = () => room.presence.here.map(({ name }) => name);
    server.answers.members = () => ({ members: [view(BOB)], here: 2, more: false });
    await enter();
    expect(here()).toEqual(["Ann", "Bob"]);
    const pages: ((page: unknown) => void)[] = [];
    server.answers.members = () => new Promise((answer) => pages.push(answer));
    const behind = { type: "presence", code: "WXYZ", here: 1, came: [], went: [] } as const;
    stay.visit.hear(behind);
    stay.visit.hear(behind);
    await settle();
    expect(here()).toEqual(["Ann", "Bob"]);
    pages[1]?.({ members: [view(BOB, false)], here: 1, more: false });
    await settle();
    pages[0]?.({ members: [view(BOB)], here: 2, more: false });
    await settle();
    expect([here(), room.presence.count]).toEqual([["Ann"], 1]);
    stay.visit.hear({ ...behind, here: 101 });
    await settle();
    expect(pages.length).toBe(2);
  });

  test("leaves the list of who is here as it is when it can't be asked for", async () => {
    await enter();
    server.answers.members = () => {
      throw new RefusedError(refusal("unavailable"));
    };
    stay.visit.hear({ type: "presence", code: "WXYZ", here: 1, came: [], went: [] });
    await settle();
    expect([room.presence.here.map(({ name }) => name), ended]).toEqual([["Ann"], []]);
  });

  test("off screen hears nothing more, but delivers what was said", async () => {
    await enter();
    stay.send("one");
    stay.hide();
    stay.down();
    answerUnseen();
    await enter();
    expect([server.of("unwatch_room").length, server.of("join_room").length, stay.busy]).toEqual([1, 1, false]);
  });

  test.each(["connected", "lost"])("off screen delivers what was written before one was in, %s", async (how) => {
    stay.send("one");
    if (how === "connected") answerUnseen();
    stay.hide();
    await settle();
    answerUnseen();
    if (how === "lost") await enter();
    expect(server.of("join_room")).toEqual([]);
    expect(server.of("send_message").map(({ text }) => text)).toEqual(["one"]);
    expect(stay.busy).toBe(false);
  });

  test("off screen gives nothing to another room of the same code", async () => {
    await enter();
    stay.down();
    stay.send("one");
    stay.hide();
    answerUnseen("second");
    await enter();
    expect([server.of("send_message"), room.outbox.lines[0]?.status]).toEqual([[], "failed"]);
  });

  test("off screen says what failed where nobody may ask, and has nothing left to do", async () => {
    for (const text of ["one", "two"]) stay.send(text);
    server.answers.messages = () => Promise.reject(new RefusedError(refusal("not_a_member", "Join it first.")));
    stay.hide();
    await world.pass(60_000);
    expect(room.outbox.lines.map(({ status, why }) => [status, why])).toEqual([
      ["failed", "Join it first."],
      ["failed", "Join it first."],
    ]);
    expect([stay.busy, ended, server.of("messages").length]).toEqual([false, ["not delivered"], 1]);
  });

  test("off screen asks again as late as the server says, or some time after no reply came", async () => {
    const answers = [new RefusedError(refusal("slow_down", "Wait.", 7)), new LostError("No answer.")];
    answerUnseen();
    server.answers.messages = () => {
      const failed = answers.shift();
      if (failed) throw failed;
      return unseen("first");
    };
    stay.send("one");
    stay.hide();
    await world.pass(6_900);
    expect(server.of("messages").length).toBe(1);
    await world.pass(5_000);
    expect([server.of("messages").length, server.of("send_message").length]).toEqual([3, 1]);
    expect([stay.busy, ended]).toEqual([false, []]);
  });

  test.each(["down", "show"] as const)("asks no more off screen once it is told: %s", async (told) => {
    stay.send("one");
    stay.hide();
    await settle();
    stay[told]();
    await world.pass(60_000);
    expect(server.of("messages").length).toBe(1);
  });

  test("asks again off screen though a letter that was under way comes back meanwhile", async () => {
    let lose = (_: unknown): void => {};
    server.answers.send_message = () =>
      new Promise((_, reject) => {
        lose = reject;
      });
    await enter();
    stay.send("one");
    stay.hide();
    stay.show();
    stay.hide();
    await settle();
    lose(new LostError("No answer."));
    answerUnseen();
    await world.pass(2_000);
    expect([server.of("messages").length, stay.busy]).toEqual([2, false]);
  });

  test("carries nothing for somebody else who has logged in", async () => {
    const stays = new Stays("WXYZ", () => stay);
    stay.send("one");
    stay.hide();
    await settle();
    stays.renew();
    await world.pass(60_000);
    expect(server.of("messages").length).toBe(1);
  });

  test("that is on screen again by then comes in as usual", async () => {
    stay.send("one");
    stay.hide();
    let answer = (_: unknown): void => {};
    server.answers.messages = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    await enter();
    stay.show();
    answer(unseen("first"));
    await settle();
    expect(server.of("send_message")).toEqual([]);
    await enter();
    expect(server.of("send_message").length).toBeGreaterThan(0);
  });
});
