import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ANN, NOON, refusal } from "./examples";
import { Outbox } from "./outbox";
import { Letters } from "./outbox_letters";
import { type Keep, memoryKeep } from "./storage";

const SENT = { seq: 5, number: 5, at: new Date(NOON).toISOString() };

function outbox(keep: Keep = memoryKeep(), epoch: string | null = "first", code = "WXYZ"): Outbox {
  const made = new Outbox(new Letters(keep, () => ANN.id, code), () => ANN);
  if (epoch !== null) made.enter(epoch, NOON);
  return made;
}

const shown = (of: Outbox) =>
  of.lines.map(({ text, status, why }) => (why === null ? `${text} ${status}` : `${text}: ${why}`));

describe("an outbox", () => {
  test("sends one after the other, in order", () => {
    const made = outbox();
    made.write("one", "1", NOON);
    made.write("two", "2", NOON);
    expect(made.next(NOON)?.id).toBe("1");
    expect(made.next(NOON)).toBeNull();
    made.confirmed("1", SENT, 0);
    expect(shown(made)).toEqual(["one sent", "two pending"]);
    expect(made.next(NOON)?.id).toBe("2");
  });

  test("is done with a message at the reply and the event, in either order", () => {
    const made = outbox();
    made.write("one", "1", NOON);
    made.next(NOON);
    made.heard("1");
    made.confirmed("1", SENT, 5);
    expect([made.lines, made.next(NOON)]).toEqual([[], null]);
    made.write("two", "2", NOON);
    made.next(NOON);
    made.confirmed("2", SENT, 5); // its event came before, in a page
    expect(made.lines).toEqual([]);
  });

  test("keeps what wasn't delivered over a reload, with its id", () => {
    const keep = memoryKeep();
    const before = outbox(keep);
    before.write("one", "1", NOON);
    before.write("two", "2", NOON);
    before.next(NOON);
    const after = outbox(keep);
    expect(shown(after)).toEqual(["one pending", "two pending"]);
    expect(after.next(NOON)).toMatchObject({ id: "1", text: "one" });
  });

  test("never gives a message to another room, another person or another history", () => {
    const keep = memoryKeep();
    outbox(keep).write("secret", "1", NOON);
    expect(outbox(keep, "first", "ABCD").lines).toEqual([]);
    expect(outbox(keep, "first", "WXY").lines).toEqual([]);
    const other = new Outbox(new Letters(keep, () => "bob", "WXYZ"), () => ANN);
    other.enter("first", NOON);
    expect(other.lines).toEqual([]);
    const reused = outbox(keep, "second");
    expect([reused.next(NOON), reused.lines[0]?.status]).toEqual([null, "failed"]);
    reused.retry("1", "new", NOON);
    expect(reused.next(NOON)?.id).toBe("1");
  });

  test("doesn't send what waited for more than a day by itself", () => {
    const keep = memoryKeep();
    outbox(keep).write("old", "1", NOON - 25 * 3_600_000);
    expect(outbox(keep).lines[0]?.status).toBe("failed");
  });

  test("waits with what may succeed later, and fails with the server's words otherwise", () => {
    const made = outbox();
    made.write("one", "1", NOON);
    made.next(NOON);
    expect(made.refused("1", refusal("slow_down", "Wait.", 3), NOON)).toBe(false);
    expect([made.next(NOON + 2_999), made.due(NOON + 1_000)]).toEqual([null, 2_000]);
    expect(made.next(NOON + 3_000)?.id).toBe("1");
    expect(made.refused("1", refusal("too_long", "This is too long."), NOON)).toBe(true);
    expect([shown(made), made.busy]).toEqual([["one: This is too long."], false]);
    made.retry("1", "new", NOON);
    expect(made.next(NOON)?.id).toBe("1");
  });

  test("waits longer and longer for a server that can't", () => {
    const made = outbox();
    made.write("one", "1", NOON);
    const waits = [1, 2, 3].map(() => {
      made.next(NOON + 1e9);
      made.refused("1", refusal("unavailable"), NOON);
      return made.due(NOON);
    });
    expect(waits).toEqual([1_000, 2_000, 4_000]);
  });

  test("takes another id when its own was taken", () => {
    const made = outbox();
    made.write("one", "1", NOON);
    made.next(NOON);
    made.refused("1", refusal("client_message_id_reused", "Another text was sent under this client_message_id."), NOON);
    made.retry("1", "new", NOON);
    expect(made.next(NOON)?.id).toBe("new");
  });

  test("sends nothing that another tab has delivered or thrown away", () => {
    const keep = memoryKeep();
    const first = outbox(keep);
    first.write("one", "1", NOON);
    const second = outbox(keep);
    first.next(NOON);
    first.confirmed("1", SENT, 5);
    expect([second.next(NOON), second.lines]).toEqual([null, []]);
  });

  test("fails as a whole where it is shut out, but for what another tab has delivered", () => {
    const keep = memoryKeep();
    const first = outbox(keep);
    first.write("one", "1", NOON);
    const second = outbox(keep);
    second.write("two", "2", NOON);
    first.next(NOON);
    first.confirmed("1", SENT, 5);
    expect([second.shutOut(null, NOON), second.due(NOON)]).toEqual([false, 1_000]);
    expect([second.shutOut(refusal("not_a_member", "Join it first."), NOON), shown(second)]).toEqual([
      true,
      ["two: Join it first."],
    ]);
    expect([second.shutOut(refusal("not_a_member"), NOON), second.busy]).toEqual([false, false]);
  });

  test("works where the browser keeps nothing", () => {
    const made = outbox({ get: () => null, set: () => false, remove: () => {}, keys: () => [] });
    made.write("one", "1", NOON);
    expect(made.next(NOON)?.id).toBe("1");
  });

  test("takes what was written before one knew whose it is", () => {
    const keep = memoryKeep();
    let id = "";
    const made = new Outbox(new Letters(keep, () => id, "WXYZ"), () => ANN);
    made.write("early", "1", NOON);
    expect([made.next(NOON), keep.keys("")]).toEqual([null, []]);
    id = "ann";
    made.enter("first", NOON);
    expect([made.next(NOON)?.id, keep.keys("").length]).toEqual(["1", 1]);
  });

  test("ignores what it can't read of what was kept", () => {
    const keep = memoryKeep();
    keep.set("hubbub.outbox.ann.WXYZ.1", "{not json");
    keep.set("hubbub.outbox.ann.WXYZ.2", "null");
    expect([outbox(keep).lines, keep.keys("")]).toEqual([[], []]);
  });

  test("delivers everything once and in order over a connection that is lost all the time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("write", "ok", "unheard", "lost", "reload", "event"), { maxLength: 60 }),
        (steps) => {
          const keep = memoryKeep();
          let made = outbox(keep);
          let now = NOON;
          let written = 0;
          const room: string[] = [];
          const arrive = (id: string) => room.includes(id) || room.push(id);
          const carry = (how: string) => {
            now += 60_000;
            const letter = made.next(now);
            if (!letter) return;
            if (how !== "lost") arrive(letter.id);
            if (how === "ok") made.confirmed(letter.id, { ...SENT, seq: room.indexOf(letter.id) + 1 }, 0);
            else made.lost(letter.id, now);
          };
          for (const step of steps) {
            if (step === "write") made.write("text", `id-${written++}`, now);
            else if (step === "reload") made = outbox(keep);
            else if (step === "event") for (const id of room) made.heard(id);
            else carry(step);
          }
          for (let each = 0; each < 100; each++) carry("ok");
          expect(room).toEqual(Array.from({ length: written }, (_, index) => `id-${index}`));
          for (const id of room) made.heard(id);
          expect([made.lines, keep.keys("")]).toEqual([[], []]);
        },
      ),
    );
  });
});
