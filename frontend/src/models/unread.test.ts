import { describe, expect, test } from "vitest";
import { NOON } from "./examples";
import { Unread } from "./unread";

function unread(read: number, last: number): Unread {
  const made = new Unread();
  made.joined(read, last, false);
  return made;
}

describe("unread", () => {
  test("is what was said since one has read, with a line before it", () => {
    const made = unread(3, 5);
    expect([made.count, made.divider]).toEqual([2, { after: 3, count: 2 }]);
    made.message(6, false);
    expect([made.count, made.divider]).toEqual([3, { after: 3, count: 3 }]);
  });

  test("is nothing while one sees the end, and no line is drawn under one's eyes", () => {
    const made = unread(5, 5);
    made.see(true);
    made.message(6, false);
    expect([made.count, made.divider]).toEqual([0, null]);
  });

  test("keeps the line while one reads on, and draws it anew when one was away again", () => {
    const made = unread(3, 5);
    made.see(true);
    made.message(6, false);
    expect([made.count, made.divider?.after]).toEqual([0, 3]);
    made.see(false);
    expect(made.divider).toBeNull();
    made.message(7, false);
    expect([made.count, made.divider]).toEqual([1, { after: 6, count: 1 }]);
  });

  test("ends with what one says oneself", () => {
    const made = unread(3, 5);
    made.message(6, true);
    expect([made.count, made.divider, made.due(NOON)]).toEqual([0, null, null]);
  });

  test("is told when the end was seen, at most every two seconds", () => {
    const made = unread(3, 5);
    expect(made.due(NOON)).toBeNull();
    made.see(true);
    expect([made.due(NOON), made.tell(NOON), made.due(NOON)]).toEqual([0, 5, null]);
    made.message(6, false);
    expect([made.due(NOON + 500), made.due(NOON + 2_000)]).toEqual([1_500, 0]);
    made.tell(NOON + 2_000);
    made.untold();
    expect(made.due(NOON + 4_000)).toBe(0);
  });

  test("is what wasn't read elsewhere either", () => {
    const made = unread(3, 8);
    made.readElsewhere(5);
    expect([made.count, made.divider]).toEqual([3, { after: 3, count: 5 }]);
    made.readElsewhere(4);
    expect(made.count).toBe(3);
    made.readElsewhere(9);
    expect([made.count, made.divider, made.due(NOON)]).toEqual([0, null, null]);
    made.message(9, false);
    expect([made.count, made.divider]).toEqual([1, { after: 8, count: 1 }]);
  });

  test("keeps the line under one's eyes, whatever is read elsewhere", () => {
    const made = unread(3, 5);
    made.see(true);
    made.readElsewhere(5);
    expect(made.divider).toEqual({ after: 3, count: 2 });
  });

  test("begins anew with another history", () => {
    const made = unread(5, 9);
    made.joined(2, 2, true);
    expect([made.count, made.divider]).toEqual([0, null]);
  });
});
