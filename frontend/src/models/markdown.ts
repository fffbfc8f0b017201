/** Texts as they are shown: Markdown's small change as a tree of harmless parts. HTML in a text stays text. */
import type { Token, Tokens } from "marked";
import { lex } from "./markdown_lexer";
import type { Block, Inline } from "./markdown_tokens";

export type { Block, Inline } from "./markdown_tokens";

const MOST_MARKS = 2_000;
const MARKS = /[*_~`[\]<>&\\]|^[ \t]*(?:[-+>]|\d+[.)])/gm;
const LANGUAGE = /^[\w+#.-]{1,30}$/;

/** Read a text. One with thousands of marks is an attack or a dump, and stays as it was typed. */
export function parse(text: string): readonly Block[] {
  if ((text.match(MARKS)?.length ?? 0) > MOST_MARKS) return plain(text);
  try {
    return blocks(lex(text));
  } catch {
    return plain(text);
  }
}

/** The address, when it is one that may be followed: the web or mail. */
export function safeHref(href: string): string | null {
  try {
    const url = new URL(href);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function plain(text: string): readonly Block[] {
  return [{ kind: "paragraph", children: lines(text) }];
}

function blocks(tokens: readonly Token[]): Block[] {
  return tokens.flatMap((token): Block[] => {
    switch (token.type) {
      case "space":
        return [];
      case "code":
        return [{ kind: "code", text: (token as Tokens.Code).text, language: language(token as Tokens.Code) }];
      case "blockquote":
        return [{ kind: "quote", children: blocks((token as Tokens.Blockquote).tokens) }];
      case "list":
        return [list(token as Tokens.List)];
      case "checkbox":
        return []; // its list has put it into words
      default:
        return [{ kind: "paragraph", children: inlines((token as Tokens.Generic).tokens, token.raw) }];
    }
  });
}

function list(token: Tokens.List): Block {
  const start = token.ordered ? Number(token.start) || 0 : null;
  return { kind: "list", start, items: token.items.map(item) };
}

function item(token: Tokens.ListItem): Block[] {
  const inside = blocks(token.tokens);
  if (!token.task) return inside;
  const box: Inline = { kind: "text", text: token.checked ? "☑ " : "☐ " };
  const [first, ...rest] = inside;
  if (first?.kind !== "paragraph") return [{ kind: "paragraph", children: [box] }, ...inside];
  return [{ kind: "paragraph", children: join([box, ...first.children]) }, ...rest];
}

function language(token: Tokens.Code): string | null {
  const word = token.lang?.trim().split(/\s/)[0] ?? "";
  return LANGUAGE.test(word) ? word : null;
}

function inlines(tokens: readonly Token[] | undefined, raw: string): Inline[] {
  return join(tokens ? tokens.flatMap(inline) : lines(raw));
}

function inline(token: Token): Inline[] {
  switch (token.type) {
    case "strong":
    case "em":
    case "del":
      return [{ kind: token.type, children: inlines(token.tokens, token.raw) }];
    case "codespan":
      return [{ kind: "code", text: token.text }];
    case "br":
      return [{ kind: "break" }];
    case "link":
      return link(token as Tokens.Link);
    case "text":
      return token.tokens ? inlines(token.tokens, token.raw) : lines(token.raw); // its `text` has entities read
    case "escape":
      return lines(token.text);
    default:
      return lines(token.raw);
  }
}

/** A link whose words are another address than where it leads is shown as it was typed: nobody is to be misled. */
function link(token: Tokens.Link): Inline[] {
  const href = safeHref(token.href);
  if (href === null || misleads(token.text, href)) return lines(token.raw);
  return [{ kind: "link", href, children: inlines(token.tokens, token.text) }];
}

function misleads(words: string, href: string): boolean {
  const named = /^(?:https?:\/\/|www\.)\S+$/i.test(words) ? safeHref(words.replace(/^www\./i, "http://$&")) : null;
  return named !== null && new URL(named).host !== new URL(href).host;
}

function lines(text: string): Inline[] {
  return text.split("\n").flatMap((line, index): Inline[] => {
    const words: Inline[] = line === "" ? [] : [{ kind: "text", text: line }];
    return index === 0 ? words : [{ kind: "break" }, ...words];
  });
}

function join(parts: Inline[]): Inline[] {
  const joined: Inline[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === "text" && last?.kind === "text")
      joined[joined.length - 1] = { kind: "text", text: last.text + part.text };
    else joined.push(part);
  }
  return joined;
}
