/** Tests of the room's page as a whole, whose connection ends in the test. */
import { beforeEach, describe, expect, test } from "vitest";
import { FakeSocket } from "../net/fake_socket";
import { joined, messages, settle, TestWorld } from "./examples";
import { RoomPage } from "./room.svelte";
import { memoryKeep } from "./storage";

const DAY = 86_400_000;

let world: TestWorld;
let socket: FakeSocket;
let page: RoomPage;
let fetched: string[];
let went: string[];

beforeEach(() => {
  world = new TestWorld();
  socket = new FakeSocket();
  fetched = [];
  went = [];
  page = new RoomPage(
    { code: "WXYZ", name: "Ann", version: "" },
    {
      world: { ...world, frame: () => () => {} },
      keep: memoryKeep(),
      socket,
      fetch: (url, method = "GET") => {
        fetched.push(`${method} ${url}`);
        return Promise.reject(new Error("offline"));
      },
      go: (url) => went.push(url),
      show: () => {},
    },
  );
  page.start();
});

describe("the room's page", () => {
  test("has the browser keep the login once a day, as long as it is open", async () => {
    await world.pass(DAY - 1);
    expect(fetched).toEqual([]);
    await world.pass(2 * DAY);
    expect(fetched).toEqual(["HEAD /", "HEAD /"]);
    page.close();
    await world.pass(5 * DAY);
    expect(fetched.length).toBe(2);
  });

  test("goes to another room as a new page once the server has put it out", async () => {
    socket.welcome();
    page.show("ABCD");
    expect([page.code, went]).toEqual(["ABCD", []]);
    socket.drop("io server disconnect");
    await settle();
    expect(page.ending).toBe("logged_out");
    page.show("WXYZ");
    expect([page.code, went]).toEqual(["ABCD", ["/r/WXYZ"]]);
  });

  test("takes for read what was read elsewhere", async () => {
    const room = { code: "WXYZ", title: "Tea", role: "guest", last_number: 5 };
    socket.welcome();
    socket.answer({ ok: true, rooms: [{ ...room, read_number: 3 }], more: false }, "my_rooms");
    const found = joined({ last_seq: 5, last_number: 5, read_number: 3, messages: messages(1, 5) });
    socket.answer({ ok: true, ...found }, "join_room");
    await world.pass(1_000);
    expect(page.unread).toBe(2);
    await world.pass(30_000);
    socket.answer({ ok: true, rooms: [{ ...room, read_number: 5 }], more: false }, "my_rooms");
    await world.pass(1_000);
    expect(page.unread).toBe(0);
  });
});
