/** Texts are trimmed, and code keeps its indentation. */
import { expect, test } from "vitest";
import { tidied } from "./tidied";

test("a line is trimmed", () => {
  expect(tidied("   hello \n ")).toBe("hello");
  expect(tidied(" \n ")).toBe("");
});

test("several lines keep the indentation of the first", () => {
  expect(tidied(" \n\n    if x:\n        y\n")).toBe("    if x:\n        y");
});

test("half a character becomes the sign for what can't be shown, and whole ones stay", () => {
  expect(tidied("a\ud800b")).toBe("a\ufffdb");
  expect(tidied("\ude00")).toBe("\ufffd");
  expect(tidied("👍🏽 é")).toBe("👍🏽 é");
});
