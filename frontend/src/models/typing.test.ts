import { describe, expect, test } from "vitest";
import { NOON } from "./examples";
import { OthersTyping, Typist } from "./typing";

const person = (name: string) => ({ id: name.toLowerCase(), name });

describe("typing", () => {
  test("is told at once, then every three seconds, and anew after the text was sent", () => {
    const typist = new Typist();
    expect([0, 10, 2_999, 3_000, 3_001].map((ms) => typist.typed(NOON + ms))).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
    typist.stopped();
    expect(typist.typed(NOON + 3_002)).toBe(true);
  });

  test("shows three names and how many more", () => {
    const others = new OthersTyping();
    for (const name of ["Ann", "Bob", "Cid", "Dot", "Eve"]) others.heard(person(name), NOON);
    expect(others.shown(NOON)).toEqual({ names: ["Ann", "Bob", "Cid"], more: 2 });
  });

  test("is over after six seconds, or when they have said it", () => {
    const others = new OthersTyping();
    others.heard(person("Ann"), NOON);
    others.heard(person("Bob"), NOON + 2_000);
    expect(others.changesAt()).toBe(NOON + 6_000);
    expect(others.shown(NOON + 6_000).names).toEqual(["Bob"]);
    others.stopped("bob");
    expect([others.shown(NOON + 6_000).names, others.changesAt()]).toEqual([[], null]);
  });
});
