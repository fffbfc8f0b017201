/** What somebody types or pastes becomes a code. */
import { describe, expect, test } from "vitest";
import { codeIn, tileCount } from "./code";

describe("a code", () => {
  test.each([
    ["abcd", "ABCD"],
    [" a b-c.d ", "ABCD"],
    ["https://chat.example/r/abcd", "ABCD"],
    ["http://10.0.0.7:8000/r/QUARTZ?draft=hello", "QUARTZ"],
    ["chat.example/lite/wxyz", "WXYZ"],
    ["https://chat.example/qkzv", "QKZV"],
    ["chat.example:8000/QKZV/?x=1", "QKZV"],
    ["Come to https://chat.example/r/WXYZ!", "WXYZ"],
    ["1234", ""],
    ["", ""],
  ])("%j is read as %j", (text, code) => {
    expect(codeIn(text)).toBe(code);
  });

  test("has at most eight letters", () => {
    expect(codeIn("abcdefghijk")).toBe("ABCDEFGH");
  });

  test("gets a row of tiles that fits it", () => {
    expect([0, 4, 5, 6, 7, 8].map(tileCount)).toEqual([4, 4, 6, 6, 8, 8]);
  });
});
