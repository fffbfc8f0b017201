import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MessageSent } from "../protocol.gen";
import { joinedEvent, message, messages, renamed } from "./examples";
import { Timeline } from "./timeline";

function timeline(): Timeline {
  const made = new Timeline(() => "ann");
  made.restart("first", 0, [], false);
  return made;
}

const seqs = (of: Timeline) => of.lines.map(({ seq }) => seq);

/** The log that the server has; every third event isn't shown. */
const LOG = Array.from({ length: 60 }, (_, index) => (index % 3 ? message(index + 1) : joinedEvent(index + 1)));
const SHOWN = LOG.filter(({ type }) => type === "message_sent").map(({ seq }) => seq);

describe("a timeline", () => {
  test("shows every event once and in order, however often and late each comes", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(LOG.length - 1), { maxLength: 200 }), (order) => {
        const made = timeline();
        for (const index of order) {
          const event = LOG[index];
          if (event && made.receive(event) === "gap") for (const missed of LOG.slice(made.cursor)) made.receive(missed);
        }
        expect(seqs(made)).toEqual(SHOWN.slice(0, made.lines.length));
        expect(seqs(made)).toEqual(SHOWN.filter((seq) => seq <= made.cursor));
      }),
    );
  });

  test("notices a gap, and takes nothing until it is filled", () => {
    const made = timeline();
    expect(made.receive(message(1))).toBe("new");
    expect(made.receive(message(3))).toBe("gap");
    expect([made.cursor, made.heard, seqs(made)]).toEqual([1, 3, [1]]);
    expect(made.receive(message(2))).toBe("new");
    expect(made.receive(message(2))).toBe("known");
  });

  test("goes on past events that this page doesn't know", () => {
    const made = timeline();
    made.receive({ ...message(1), type: "reaction_changed" } as unknown as MessageSent);
    expect([made.cursor, made.lines.length]).toEqual([1, 0]);
  });

  test("merges older pages, whatever they overlap", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(10))), (pages) => {
        const made = timeline();
        made.restart("first", 40, messages(38, 40), true);
        for (const [first, length] of pages)
          made.addOlder(messages(first, Math.min(40, first + length)).reverse(), true);
        const all = seqs(made);
        expect(all).toEqual([...new Set(all)].sort((one, other) => one - other));
        expect(all.slice(-3)).toEqual([38, 39, 40]);
      }),
    );
  });

  test("keeps only the latest lines while the reader is at the end", () => {
    const made = timeline();
    for (let seq = 1; seq <= 5_000; seq++) made.receive(message(seq));
    expect(made.lines.length).toBeLessThanOrEqual(800);
    expect([made.lastSeq, made.older, made.newer]).toEqual([5_000, true, false]);
  });

  test("keeps the reader's place when much comes, and goes on from there page by page", () => {
    const made = timeline();
    made.following = false;
    for (let seq = 1; seq <= 5_000; seq++) made.receive(message(seq));
    expect([made.firstSeq, made.lastSeq, made.newer, made.cursor]).toEqual([1, 2_000, true, 5_000]);
    made.addNewer(messages(1_990, 2_100), true, 5_000);
    expect([made.lastSeq, made.newer]).toEqual([2_100, true]);
    made.addNewer(messages(2_101, 5_000), false, 5_000);
    expect([made.lastSeq, made.newer]).toEqual([5_000, false]);
    made.receive(message(5_001));
    expect(made.lastSeq).toBe(5_001);
  });

  test("isn't at the end before it has what came while the last page was asked for", () => {
    const made = timeline();
    made.restart("first", 10, messages(1, 5), false, true);
    made.receive(message(11));
    made.addNewer(messages(6, 10), false, 10);
    expect(made.newer).toBe(true);
    made.addNewer(messages(11, 11), false, 11);
    expect([seqs(made), made.newer]).toEqual([messages(1, 11).map(({ seq }) => seq), false]);
  });

  test("lets the newest go when the reader goes far up", () => {
    const made = timeline();
    made.restart("first", 4_000, messages(3_001, 4_000), true);
    made.addOlder(messages(1_001, 3_000), true);
    expect([made.lines.length, made.firstSeq, made.newer]).toEqual([2_000, 1_001, true]);
  });

  test("takes 100,000 messages quickly", () => {
    const made = timeline();
    const all = messages(1, 100_000);
    const began = performance.now();
    for (const each of all) made.receive(each);
    expect(performance.now() - began).toBeLessThan(10_000); // with the square of it, it would be minutes
  });

  test("shows a renamed person under the new name", () => {
    const made = new Timeline(
      () => "ann",
      () => "Bob",
    );
    made.restart("first", 1, [message(1)], false);
    made.receive(renamed(2, "bob", "Robert"));
    expect(made.lines[0]).toMatchObject({ by: { name: "Robert" } });
    expect(made.lines[1]).toMatchObject({ words: "Bob is now called Robert." });
  });
});
