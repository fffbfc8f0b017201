/** Every state that a room's page can be in, by name. */
import type { Ending, Row } from "../models/view";
import { ann, ExampleRoom, group, message } from "./example.svelte";
import { here, noon, others, rooms, talk } from "./talk";

const { ben, chiara, eve } = others;
const full = { rows: talk, rooms, here, hereCount: here.length };
const room = (more: ConstructorParameters<typeof ExampleRoom>[0] = {}) => new ExampleRoom({ ...full, ...more });
const said = (...rows: Row[]) => room({ rows: [{ kind: "day", key: "day", at: noon }, ...rows] });

const LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh the Third of Llanfairpwllgwyngyll";
const endings: Ending[] = [
  "not_found",
  "full",
  "vanished",
  "deleted",
  "removed",
  "name_taken",
  "logged_out",
  "slow",
  "refused",
];

export const states: Record<string, () => ExampleRoom> = {
  full: () => room({ typing: { names: ["Ben Okafor", "Eve Lindqvist"], more: 0 } }),
  empty: () => new ExampleRoom({ title: "", rooms: rooms.slice(0, 1), rows: [] }),
  loading: () => room({ loaded: false, rows: [] }),
  reconnecting: () => room({ connection: { state: "reconnecting", restarting: false }, draft: "Still writing" }),
  restarting: () => room({ connection: { state: "reconnecting", restarting: true } }),
  failed: () =>
    said(
      group([message(ben, "Can everybody read this?", noon)]),
      group([
        message(ann, "Yes", noon),
        message(ann, "And this one?", noon, { status: "failed", why: "The connection was lost." }),
      ]),
      group([message(ann, "On its way", noon, { status: "pending" })]),
    ),
  version: () => room({ newVersion: true }),
  typing: () => room({ typing: { names: ["Ben Okafor", "Eve Lindqvist", "Chiara"], more: 4 } }),
  names: () => {
    const longest = { id: "u-long", name: LONG };
    return new ExampleRoom({
      ...full,
      title: `${LONG}'s room for everything that nobody else wanted to have in theirs`,
      code: "QUARTZ",
      here: [...here, { ...longest, role: "moderator", me: false }],
      rows: [
        group([
          message(longest, `${"donaudampfschifffahrt".repeat(12)} https://example.org/${"path/".repeat(40)}`, noon),
        ]),
        group([message({ id: "e", name: "👩🏽‍🚀 Zoë" }, "Name with an emoji", noon)]),
        {
          kind: "system",
          key: "s",
          lines: [{ kind: "system", key: "s1", at: noon, words: `${LONG} has entered the room.` }],
        },
      ],
    });
  },
  rtl: () =>
    said(
      group([message({ id: "r1", name: "نور" }, "مرحبا بالجميع! هل التجربة جاهزة؟ (v2.0)", noon)]),
      group([message(ann, "שלום, כן, הכול מוכן.", noon)]),
      group([message(ben, "Mixed: שלום means hello", noon)]),
    ),
  cjk: () =>
    said(
      group([
        message(
          { id: "c1", name: "山田 太郎" },
          "こんにちは。明日の実験の準備はできていますか?とても長い文章もきれいに折り返されるはずです。句読点も。",
          noon,
        ),
      ]),
      group([
        message({ id: "c2", name: "王小明" }, "大家好,我们今天讨论单摆的周期。", noon),
        message({ id: "c2", name: "王小明" }, "한국어도 잘 보입니다.", noon),
      ]),
    ),
  emoji: () =>
    said(
      group([message(eve, "👍", noon), message(eve, "🇨🇭 👩🏽‍🚀 1️⃣ ❤️", noon), message(eve, "Great 🎉🎉 work", noon)]),
      group([message(ann, "😀😀😀", noon)]),
    ),
  markdown: () =>
    said(
      group([
        message(
          chiara,
          "# A heading\n\nA list:\n\n- **bold**, *italic*, ~~gone~~, `code`\n- a [link](https://example.org)\n  - nested\n\n> Quoted, over\n> two lines\n\n| a | b |\n| - | -: |\n| length | 0.993 |\n| period | 2.001 |\n\n---\n\n<img src=x onerror=alert(1)> stays text",
          noon,
        ),
        message(
          chiara,
          `\`\`\`js\nconst wide = "${"a long line of code ".repeat(12)}";\nconsole.log(wide);\n\`\`\``,
          noon,
        ),
      ]),
      group([message(ann, "Mine:\n```\nplain block\n```", noon)]),
    ),
  long: () => said(group([message(ben, "The quick brown fox jumps over the lazy dog. ".repeat(222), noon)])),
  near: () => room({ draft: "word ".repeat(1960) }),
  over: () => room({ draft: "word ".repeat(2010) }),
  many: () =>
    new ExampleRoom({
      ...full,
      older: true,
      unread: 12,
      rows: Array.from({ length: 300 }, (_, i) =>
        group([
          message(
            i % 4 ? ([ben, chiara, eve][i % 3] ?? ben) : ann,
            `Message ${i}. ${"Some words. ".repeat(i % 9)}`,
            noon + i * 6e4,
          ),
        ]),
      ),
    }),
  crowd: () => room({ hereCount: 1284 }),
  ...Object.fromEntries(endings.map((ending) => [`end-${ending}`, () => room({ ending })])),
};
