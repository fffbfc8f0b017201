/** The limit of a message is told in time, and counted as the server counts. */
import { expect, test } from "vitest";
import { lengthOf, limitWords, MAX_LENGTH } from "./limit";

test("nothing is said far from the limit", () => {
  expect(limitWords(9_500)).toBe("");
});

test("near it the rest is counted, over it the excess", () => {
  expect(limitWords(9_990)).toBe("10 characters left");
  expect(limitWords(MAX_LENGTH)).toBe("0 characters left");
  expect(limitWords(10_050)).toBe("50 characters too long. Shorten it or send it in parts.");
});

test("an emoji counts once", () => {
  expect(lengthOf("🎉".repeat(9_600))).toBe(9_600);
});
