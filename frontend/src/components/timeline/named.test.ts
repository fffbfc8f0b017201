/** Addresses name messages. */
import { expect, test } from "vitest";
import { linkTo, namedIn } from "./named";

test("a link leads back to its message", () => {
  expect(namedIn(linkTo(12))).toBe(12);
});

test("other addresses name none", () => {
  for (const hash of ["", "#", "#m", "#m0", "#m-1", "#m1x", "#write", `#m${"9".repeat(16)}`])
    expect(namedIn(hash)).toBeNull();
});
