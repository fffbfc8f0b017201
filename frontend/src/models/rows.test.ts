import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ANN, message, NOON } from "./examples";
import { dayOf } from "./format";
import { messageLine, type StoredLine } from "./lines";
import { buildRows, type Shown } from "./rows";
import type { MessageLine, Row } from "./view";

const MINUTE = 60_000;

function line(seq: number, at: number, by = { id: "bob", name: "Bob" }): StoredLine {
  return messageLine(message(seq, { at: new Date(at).toISOString() }, by), "ann");
}

function pending(key: string, at: number): MessageLine {
  return { ...(line(1, at, ANN) as MessageLine), key, seq: null, number: null, status: "pending" };
}

function shown(lines: StoredLine[], more: Partial<Shown> = {}): Shown {
  const none = { older: false, newer: false, notices: [], pending: [], divider: null };
  return { lines, ...none, dayOf: (at) => dayOf(at, { timeZone: "UTC" }), ...more };
}

const kinds = (rows: readonly Row[]) =>
  rows.map((row) => ("lines" in row ? `${row.kind} ${row.lines.length}` : row.kind));

describe("rows", () => {
  test("group what one person said within five minutes", () => {
    const lines = [
      line(1, NOON),
      line(2, NOON + 4 * MINUTE),
      line(3, NOON + 5 * MINUTE),
      line(4, NOON + 5 * MINUTE, ANN),
    ];
    expect(kinds(buildRows(shown(lines)))).toEqual(["day", "group 2", "group 1", "group 1"]);
  });

  test("put what waited since another day under no day of its own", () => {
    const waiting = [pending("a", NOON - 24 * 60 * MINUTE), pending("b", NOON + 24 * 60 * MINUTE)];
    const rows = buildRows(shown([line(1, NOON)], { pending: waiting }));
    expect(kinds(rows)).toEqual(["day", "group 1", "group 1", "day", "group 1"]);
  });

  test("divide days by the viewer's zone", () => {
    const lines = [line(1, NOON), line(2, NOON + 12 * 60 * MINUTE)];
    expect(kinds(buildRows(shown(lines)))).toEqual(["day", "group 1", "day", "group 1"]);
    const inAuckland = (at: number) => dayOf(at, { timeZone: "Pacific/Auckland" });
    expect(kinds(buildRows(shown(lines, { dayOf: inAuckland })))).toEqual(["day", "group 1", "group 1"]);
  });

  test("leave a day its key when older messages of that day come in above", () => {
    const late = [line(8, NOON), line(9, NOON + 24 * 60 * MINUTE)];
    const before = buildRows(shown(late));
    const after = buildRows(shown([line(7, NOON - MINUTE), ...late]), before);
    const days = (rows: readonly Row[]) => rows.filter(({ kind }) => kind === "day").map(({ key }) => key);
    expect(days(after)).toEqual(days(before));
  });

  test("mark the first message of others that is new", () => {
    const lines = [line(1, NOON), line(2, NOON, ANN), line(3, NOON), line(4, NOON)];
    const rows = buildRows(shown(lines, { divider: { after: 1, count: 3 } }));
    expect(kinds(rows)).toEqual(["day", "group 1", "group 1", "new", "group 2"]);
    expect(rows[3]).toMatchObject({ count: 3 });
  });

  test("put notices where they were heard, and together", () => {
    const notice = (key: string, after: number) => ({ kind: "system" as const, key, at: NOON, words: "Ann …", after });
    const notices = [notice("a", 1), notice("b", 1), notice("c", 2)];
    const lines = [line(1, NOON), line(2, NOON)];
    expect(kinds(buildRows(shown(lines, { notices })))).toEqual(["day", "group 1", "system 2", "group 1", "system 1"]);
    const later = [line(2, NOON)];
    expect(kinds(buildRows(shown(later, { notices, older: true })))).toEqual(["day", "group 1", "system 1"]);
  });

  test("end with what is on its way, in its order, whatever the viewer's clock says", () => {
    const lines = [line(1, NOON), line(2, NOON + MINUTE, ANN)];
    const rows = buildRows(shown(lines, { pending: [pending("p", NOON - 60 * MINUTE), pending("q", NOON + MINUTE)] }));
    expect(rows.flatMap((row) => ("lines" in row ? row.lines.map(({ key }) => key) : []))).toEqual([
      "seq:1",
      "id-2",
      "p",
      "q",
    ]);
  });

  test("are the same objects when nothing of them has changed", () => {
    const lines = [line(1, NOON), line(2, NOON, ANN), line(3, NOON + 30 * MINUTE, ANN)];
    const before = buildRows(shown(lines));
    const after = buildRows(shown([...lines, line(4, NOON + 31 * MINUTE, ANN)]), before);
    expect(after.map((row, index) => row === before[index])).toEqual([true, true, true, false]);
    expect(after[3]?.key).toBe(before[3]?.key);
  });

  test("keep their keys when older lines come before them", () => {
    const before = buildRows(shown([line(3, NOON), line(4, NOON, ANN)], { older: true }));
    const after = buildRows(shown([line(1, NOON, ANN), line(2, NOON), line(3, NOON), line(4, NOON, ANN)]), before);
    expect(after.slice(-2).map(({ key }) => key)).toEqual(before.slice(-2).map(({ key }) => key));
  });

  test("never share a key, and hold every line once", () => {
    const people = [ANN, { id: "bob", name: "Bob" }];
    const step = fc.tuple(fc.nat(1), fc.integer({ min: -MINUTE, max: 12 * 60 * MINUTE }));
    const cut = fc.tuple(fc.nat(30), fc.nat(30), fc.option(fc.nat(30)));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.array(cut, { maxLength: 6 }), (steps, cuts) => {
        let at = NOON;
        const all = steps.map(([who, later], index) => {
          at += later;
          return line(index + 1, at, people[who]);
        });
        let rows: readonly Row[] = [];
        for (const [first, length, after] of cuts) {
          const lines = all.slice(first, first + length);
          rows = buildRows(shown(lines, { divider: after === null ? null : { after, count: 1 } }), rows);
          expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
          expect(rows.flatMap((row) => ("lines" in row ? [...row.lines] : []))).toEqual(lines);
        }
      }),
    );
  });
});
