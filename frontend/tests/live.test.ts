/** Two pages and a real server: what is said arrives once and in order, whatever happens to the server. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Person, until } from "./person";
import { ServerProcess } from "./server";

const SLOW = 60_000;

let server: ServerProcess;
let ann: Person;
let bob: Person;
let code: string;

beforeEach(async () => {
  server = await ServerProcess.make();
  await server.start();
  ann = await Person.make(server.url, "Ann");
  bob = await Person.make(server.url, "Bob");
  code = await ann.makeRoom("Tea");
  ann.open(code);
  await until(() => ann.page.loaded);
  bob.open(code);
  await until(() => bob.page.loaded);
}, SLOW);

afterEach(async () => {
  ann.page.close();
  bob.page.close();
  await server.remove();
}, SLOW);

test(
  "what is said is shown at once, then as sent, and to the others",
  async () => {
    await until(() => ann.page.here.length === 2 && bob.page.here.length === 2);
    expect(ann.page.title).toBe("Tea");
    expect(ann.page.here.map(({ name, me }) => [name, me])).toEqual([
      ["Ann", true],
      ["Bob", false],
    ]);
    const cid = await Person.make(server.url, "Cid");
    cid.open(code);
    await until(() => ann.notices.includes("Cid has entered the room."));
    cid.page.close();
    ann.page.draft = "Hel";
    await until(() => bob.page.typing.names[0] === "Ann");
    ann.page.send("Hello, **Bob**!");
    await until(() => ann.texts.length === 1);
    const { key } = ann.messages[0] ?? {};
    await until(() => ann.settled && bob.texts.length === 1);
    expect(ann.messages[0]).toMatchObject({ key, mine: true, status: "sent", text: "Hello, **Bob**!" });
    expect(bob.messages[0]).toMatchObject({ mine: false, by: { name: "Ann" }, text: "Hello, **Bob**!" });
    expect(bob.page.typing.names).toEqual([]);
    expect(bob.page.unread).toBe(1);
    bob.page.seesEnd(true);
    await until(() => bob.page.unread === 0);
  },
  SLOW,
);

test(
  "a killed server loses nothing, and what is said without it goes out once when it is back",
  async () => {
    for (let each = 0; each < 20; each++) (each % 2 ? ann : bob).page.send(`before ${each}`);
    await server.kill();
    await until(() => ann.page.connection.state === "reconnecting");
    for (let each = 0; each < 5; each++) {
      ann.page.send(`ann, away ${each}`);
      bob.page.send(`bob, away ${each}`);
    }
    bob.open(code); // a reload: what was kept is there again
    await server.start();
    ann.page.retryNow();
    bob.page.retryNow();
    await until(() => ann.texts.length === 30 && bob.texts.length === 30 && ann.settled && bob.settled);
    expect(ann.page.status.words).toBe("Reconnected.");
    expect(ann.texts).toEqual(bob.texts);
    expect(new Set(ann.texts).size).toBe(30);
    const seqs = ann.messages.map(({ seq }) => seq ?? 0);
    expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
    const away = ann.texts.filter((text) => text?.startsWith("ann, away"));
    expect(away).toEqual([0, 1, 2, 3, 4].map((each) => `ann, away ${each}`));
  },
  SLOW,
);

test(
  "a server that restarts says so, and everybody comes back by themselves",
  async () => {
    await server.stop();
    await until(() => ann.page.connection.state === "reconnecting");
    expect(ann.page.connection).toEqual({ state: "reconnecting", restarting: true });
    await server.start();
    await until(() => ann.page.connection.state === "live" && bob.page.connection.state === "live");
    ann.page.send("Still there?");
    await until(() => bob.texts.length === 1);
  },
  SLOW,
);

test(
  "a restored backup has another history: it is shown, and not mixed with what was there",
  async () => {
    ann.page.send("before the backup");
    await until(() => bob.texts.length === 1 && ann.settled);
    await server.stop();
    await server.copyDatabase("away");
    await server.start();
    ann.page.retryNow();
    bob.page.retryNow();
    await until(() => ann.page.connection.state === "live" && bob.page.connection.state === "live");
    bob.page.send("after the backup");
    await until(() => ann.texts.length === 2);
    await server.stop();
    await server.copyDatabase("back");
    await server.start();
    ann.page.retryNow();
    await until(() => ann.texts.length === 1);
    expect(ann.texts).toEqual(["before the backup"]);
    ann.page.send("and on");
    await until(() => ann.settled && ann.texts.length === 2);
  },
  SLOW,
);

test(
  "another room comes without a page load, and what was said in the first still goes there",
  async () => {
    const other = await ann.makeRoom("Coffee");
    await server.kill();
    await until(() => ann.page.connection.state === "reconnecting");
    ann.page.send("for the first");
    ann.page.open(other);
    expect([ann.address, ann.page.code, ann.texts]).toEqual([`/r/${other}`, other, []]);
    await server.start();
    ann.page.retryNow();
    bob.page.retryNow();
    await until(() => ann.page.loaded && ann.page.title === "Coffee" && bob.texts.length === 1);
    expect(bob.texts).toEqual(["for the first"]);
    ann.page.send("for the second");
    await until(() => ann.settled && ann.texts.length === 1);
    expect(ann.page.rooms.map(({ title }) => title).sort()).toEqual(["Coffee", "Tea"]);
    ann.page.open(code);
    await until(() => ann.texts.length === 1 && ann.settled);
    expect(ann.texts).toEqual(["for the first"]);
    expect(bob.texts).toEqual(["for the first"]);
  },
  SLOW,
);

test(
  "older messages come page by page, and a room that is gone says so",
  async () => {
    for (let each = 0; each < 130; each++) ann.page.send(`message ${each}`);
    await until(() => ann.settled && ann.texts.length === 130);
    bob.open(code);
    await until(() => bob.page.loaded);
    expect([bob.texts.length, bob.page.older]).toEqual([50, true]);
    await bob.page.loadOlder();
    await bob.page.loadOlder();
    await until(() => !bob.page.older);
    expect(bob.texts).toEqual(ann.texts);
    expect(await bob.page.rename("Ann")).toMatch(/name/);
    expect(await bob.page.rename("Robert")).toBeNull();
    await until(() => ann.notices.includes("Bob is now called Robert."));
    bob.open("QQQQ");
    await until(() => bob.page.ending === "not_found");
    await ann.page.leave();
    expect(ann.address).toBe("/");
  },
  SLOW,
);
