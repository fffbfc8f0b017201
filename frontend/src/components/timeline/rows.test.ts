/** Rows are cut into days, and lines are found from the end. */
import { expect, test } from "vitest";
import type { MessageLine, Row } from "../../models/view";
import { byDay } from "./days";
import { lastLine, lastOfMine } from "./lines";

const line = (key: string, mine: boolean): MessageLine => ({
  kind: "message",
  key,
  seq: 1,
  number: 1,
  at: 0,
  by: { id: mine ? "me" : "other", name: "Ann" },
  mine,
  text: "hello",
  status: "sent",
  why: null,
});

const group = (...lines: [MessageLine, ...MessageLine[]]): Row => ({
  kind: "group",
  key: `g-${lines[0].key}`,
  by: lines[0].by,
  mine: lines[0].mine,
  lines,
});

const day = (key: string): Row => ({ kind: "day", key, at: 0 });

test("each day begins with its divider; what comes before the first one stands alone", () => {
  const rows = [group(line("a", false)), day("d1"), group(line("b", true)), day("d2"), group(line("c", false))];
  expect(byDay(rows).map(({ key, rows }) => [key, rows.length])).toEqual([
    ["start", 1],
    ["d1", 2],
    ["d2", 2],
  ]);
  expect(byDay([])).toEqual([]);
});

test("the last line and one's own last line are found past other rows", () => {
  const rows = [group(line("a", true), line("b", true)), group(line("c", false)), day("d")];
  expect(lastLine(rows)?.key).toBe("c");
  expect(lastOfMine(rows)?.key).toBe("b");
  expect(lastLine([])).toBeNull();
});
