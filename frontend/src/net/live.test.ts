import { beforeEach, describe, expect, test } from "vitest";
import { refusal, settle, TestWorld } from "../models/examples";
import { LostError, RefusedError } from "../models/server";
import { backoff } from "./backoff";
import { FakeSocket } from "./fake_socket";
import { oncePerFrame } from "./frame";
import { Live } from "./live";
import { errorTeller, type PageError } from "./page_errors";
import { pageOnServer } from "./version";

let world: TestWorld;
let socket: FakeSocket;
let live: Live;
let told: string[];

beforeEach(() => {
  world = new TestWorld();
  socket = new FakeSocket();
  told = [];
  live = new Live(socket, world, {
    up: (me) => told.push(`up ${me.name}`),
    down: (restarting) => told.push(restarting ? "restarting" : "down"),
    event: (name) => told.push(name),
    putOut: (why) => told.push(`put out: ${why?.message ?? ""}`),
  });
  live.connect();
});

describe("the live connection", () => {
  test("comes back by itself, later and later, and at most after ten seconds", async () => {
    for (let attempt = 0; attempt < 20; attempt++) {
      socket.refuse();
      await world.pass(10_000);
      expect(socket.attempts).toBe(attempt + 2);
    }
  });

  test("comes back when the server has said that it will be there", async () => {
    socket.welcome();
    socket.say("closing", { type: "closing", reason: "closing", retry_after: 4 });
    socket.drop();
    await world.pass(3_900);
    expect([socket.attempts, told]).toEqual([1, ["up Ann", "restarting"]]);
    await world.pass(1_000);
    expect(socket.attempts).toBe(2);
    socket.welcome();
    socket.drop();
    expect(told.at(-1)).toBe("down");
  });

  test("comes back at once when it is asked to, and only once", async () => {
    socket.welcome();
    socket.drop();
    live.connect();
    live.connect();
    void live.probe();
    await world.pass(60_000);
    expect(socket.attempts).toBe(2);
  });

  test("stays away when it was put out, or isn't known any more", async () => {
    socket.welcome();
    socket.drop("io server disconnect");
    await world.pass(60_000);
    live.connect();
    expect([socket.attempts, told.at(-1)]).toEqual([1, "put out: "]);
  });

  test("stays away when it isn't logged in, and waits when it was too often", async () => {
    socket.refuse(refusal("slow_down", "Wait.", 30));
    await world.pass(29_000);
    expect(socket.attempts).toBe(1);
    await world.pass(1_000);
    socket.refuse(refusal("not_logged_in", "Say who you are first."));
    await world.pass(60_000);
    expect([socket.attempts, told.at(-1)]).toEqual([2, "put out: Say who you are first."]);
  });

  test("gives replies and refusals to who has asked", async () => {
    socket.welcome();
    const asked = live.ask("leave_room", { code: "WXYZ" });
    socket.answer({ ok: true });
    await expect(asked).resolves.toEqual({ ok: true });
    const refused = live.ask("leave_room", { code: "WXYZ" });
    socket.answer({ ok: false, error: refusal("not_a_member", "You are not in this room.") });
    await expect(refused).rejects.toBeInstanceOf(RefusedError);
  });

  test("loses what was asked with the connection, or after ten seconds", async () => {
    await expect(live.ask("who_am_i", {})).rejects.toBeInstanceOf(LostError);
    socket.welcome();
    const slow = expect(live.ask("who_am_i", {})).rejects.toBeInstanceOf(LostError);
    await world.pass(10_000);
    await slow;
    const lost = expect(live.ask("who_am_i", {})).rejects.toBeInstanceOf(LostError);
    socket.drop();
    await lost;
  });

  test("finds out that it is dead", async () => {
    socket.welcome();
    void live.probe();
    await world.pass(4_000);
    await world.pass(1_000);
    expect([told, socket.attempts]).toEqual([["up Ann", "down"], 2]);
  });

  test("stands a good probe, and events that are no objects", async () => {
    socket.welcome();
    void live.probe();
    socket.answer({ ok: true });
    socket.say("odd", 5);
    socket.say("message_sent", {});
    await settle();
    expect(told).toEqual(["up Ann", "message_sent"]);
  });
});

test("the waits between attempts grow and are spread", () => {
  expect([0, 1, 2, 5, 1000].map((attempt) => backoff(attempt, 1))).toEqual([1_000, 2_000, 4_000, 10_000, 10_000]);
  expect([0, 5].map((attempt) => backoff(attempt, 0))).toEqual([500, 500]);
});

test("a hundred changes are drawn once, and in the background too", async () => {
  let drawn = 0;
  const frames = new Set<() => void>();
  const frame = (deed: () => void) => {
    frames.add(deed);
    return () => frames.delete(deed);
  };
  const ask = oncePerFrame({ frame, later: world.later }, () => drawn++);
  for (let each = 0; each < 100; each++) ask();
  for (const deed of frames) deed();
  expect([drawn, frames.size]).toEqual([1, 0]);
  await world.pass(100);
  expect(drawn).toBe(1);
  for (let each = 0; each < 100; each++) ask();
  await world.pass(100);
  expect([drawn, frames.size]).toEqual([2, 0]); // no frame is left for when it is drawn again
});

test("errors of the page are told once each, a few of them, and without what was said", () => {
  const errors: PageError[] = [];
  const tell = errorTeller((error) => errors.push(error));
  tell(new SyntaxError('Unexpected token, "Dear Bob, my secret" is not valid JSON'), "/assets/room.js", 1);
  tell(new SyntaxError('Unexpected token, "Dear Bob, my secret" is not valid JSON'), "/assets/room.js", 1);
  expect(errors).toEqual([
    { message: "SyntaxError: Unexpected token, … is not valid JSON", source: "/assets/room.js", line: 1 },
  ]);
  for (let each = 0; each < 50; each++) tell(`error ${each} ${"x".repeat(1_000)}`);
  expect(errors.length).toBe(10);
  expect(Math.max(...errors.map(({ message }) => message.length))).toBeLessThanOrEqual(300);
});

test("the server's version is asked for, and no answer is none", async () => {
  const answering = (ok: boolean, said: unknown) => () => Promise.resolve({ ok, json: () => Promise.resolve(said) });
  expect(await pageOnServer(answering(true, { version: "1", page: "abc" }))).toBe("abc");
  expect(await pageOnServer(answering(true, null))).toBeNull();
  expect(await pageOnServer(answering(false, { page: "abc" }))).toBeNull();
  expect(await pageOnServer(() => Promise.reject(new Error("offline")))).toBeNull();
});
