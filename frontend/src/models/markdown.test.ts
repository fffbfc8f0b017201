import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Block, type Inline, parse, safeHref } from "./markdown";

const text = (words: string): Inline => ({ kind: "text", text: words });
const paragraph = (...children: Inline[]): Block => ({ kind: "paragraph", children });

/** All words that are shown, without what makes them bold, linked and so on. */
function wordsOf(parts: readonly (Block | Inline)[]): string {
  return parts.map(wordsOfOne).join("");
}

function wordsOfOne(part: Block | Inline): string {
  if (part.kind === "break") return "\n";
  if ("text" in part) return part.text;
  return "items" in part ? part.items.map(wordsOf).join("\n") : wordsOf(part.children);
}

function* hrefsOf(parts: readonly (Block | Inline)[]): Generator<string> {
  for (const part of parts) {
    if (part.kind === "link") yield part.href;
    if ("children" in part) yield* hrefsOf(part.children);
    if ("items" in part) for (const item of part.items) yield* hrefsOf(item);
  }
}

describe("a text", () => {
  test.each<[string, readonly Block[]]>([
    [
      "**b** _i_ `c` ~~d~~",
      [
        paragraph(
          { kind: "strong", children: [text("b")] },
          text(" "),
          { kind: "em", children: [text("i")] },
          text(" "),
          { kind: "code", text: "c" },
          text(" "),
          { kind: "del", children: [text("d")] },
        ),
      ],
    ],
    ["one\ntwo", [paragraph(text("one"), { kind: "break" }, text("two"))]],
    ["```ts\nif (a < b) c();\n```", [{ kind: "code", text: "if (a < b) c();", language: "ts" }]],
    ["> said", [{ kind: "quote", children: [paragraph(text("said"))] }]],
    ["3. three", [{ kind: "list", start: 3, items: [[paragraph(text("three"))]] }]],
    ["- [x] done", [{ kind: "list", start: null, items: [[paragraph(text("☑ done"))]] }]],
    ["<b onclick=x>hi</b> &amp; 1 < 2", [paragraph(text("<b onclick=x>hi</b> &amp; 1 < 2"))]],
    ["&#60;b&#x3e; &lt;i&gt; &#8238;", [paragraph(text("&#60;b&#x3e; &lt;i&gt; &#8238;"))]],
    ["# not a title", [paragraph(text("# not a title"))]],
    ["snake_case_name 2 * 3 * 4", [paragraph(text("snake_case_name 2 * 3 * 4"))]],
  ])("%s", (source, blocks) => {
    expect(parse(source)).toEqual(blocks);
  });

  test("has links to the web and to mail, and to nothing else", () => {
    expect([...hrefsOf(parse("see https://a.example/x?y=1&z=2."))]).toEqual(["https://a.example/x?y=1&z=2"]);
    expect([...hrefsOf(parse("[mail](mailto:ann@a.example) ann@a.example www.a.example"))]).toEqual([
      "mailto:ann@a.example",
      "mailto:ann@a.example",
      "http://www.a.example/",
    ]);
    for (const bad of [
      "javascript:alert(1)",
      "data:text/html,x",
      "vbscript:x",
      "file:///etc/passwd",
      "//a.example",
      "/x",
    ]) {
      expect([...hrefsOf(parse(`[x](${bad})`))]).toEqual([]);
      expect(safeHref(bad)).toBeNull();
    }
  });

  test("has no link whose words are another address", () => {
    expect([...hrefsOf(parse("[https://bank.example](https://thief.example)"))]).toEqual([]);
    expect([...hrefsOf(parse("[https://bank.example/x](https://bank.example/x)"))]).toEqual(["https://bank.example/x"]);
  });

  test("of plain words is shown as it is", () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 }).map((list) => list.join(" "));
    fc.assert(fc.property(words, (source) => wordsOf(parse(source)) === source));
  });

  test("never fails, and never leads anywhere but to the web and to mail", () => {
    const parts = fc.constantFrom(
      "*",
      "_",
      "`",
      "[",
      "]",
      "(",
      ")",
      "<",
      ">",
      "javascript:",
      "http://a",
      "\n",
      " ",
      "- ",
      "> ",
      "1. ",
      "a",
      "&",
      "!",
      "\\",
      "~~",
      "|",
      "#",
      "data:",
    );
    fc.assert(
      fc.property(
        fc.array(parts, { maxLength: 60 }).map((list) => list.join("")),
        (source) => {
          for (const href of hrefsOf(parse(source))) expect(href).toMatch(/^(https?|mailto):/);
        },
      ),
      { numRuns: 500 },
    );
  });

  const hostile = [
    "> ",
    "- ",
    "*",
    "_a",
    "**a ",
    "[",
    "![",
    "[a](",
    "`a",
    "~~a",
    "<a",
    "http://",
    "a@a.",
    "1. ",
    "a*b_",
    "\\",
    "```\n",
    "> - ",
    "- a\n ",
    "\n",
    "!",
    " ",
    "[[]](",
    "*a_b*",
    "|a|\n",
  ];

  test.each(hostile)("of 10,000 characters of %j is read in good time", (part) => {
    const source = part.repeat(10_000 / part.length);
    const began = performance.now();
    parse(source);
    parse(`${source.slice(0, 1_900)}\n\n${source.slice(0, 1_900)}`);
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  test("is never nested deeply", () => {
    const depth = (parts: readonly (Block | Inline)[]): number =>
      1 +
      Math.max(
        0,
        ...parts.map((part) =>
          "children" in part ? depth(part.children) : "items" in part ? Math.max(...part.items.map(depth)) : 0,
        ),
      );
    expect(depth(parse(`${"> ".repeat(900)}x`))).toBeLessThan(20);
    expect(depth(parse(Array.from({ length: 40 }, (_, index) => `${"  ".repeat(index)}- x`).join("\n")))).toBeLessThan(
      20,
    );
  });
});
