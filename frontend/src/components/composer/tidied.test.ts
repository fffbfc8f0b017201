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
