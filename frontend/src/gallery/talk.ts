/** What the example people say. */
import type { Here, Person, RoomInList, Row } from "../models/view";
import { ann, group, message } from "./example.svelte";

const person = (name: string): Person => ({ id: `u-${name}`, name });
const [ben, chiara, dmitri, eve, femi] = ["Ben Okafor", "Chiara", "Дмитрий", "Eve Lindqvist", "Femi"].map(person) as [
  Person,
  Person,
  Person,
  Person,
  Person,
];

const minute = 60_000;
const now = new Date().setHours(14, 32, 0, 0);
const yesterday = now - 22 * 60 * minute;

export const here: readonly Here[] = [
  { ...ann, role: "owner", me: true },
  { ...ben, role: "moderator", me: false },
  ...[chiara, dmitri, eve, femi, person("Greta"), person("Hideo 秀夫"), person("Ines")].map(
    (each): Here => ({ ...each, role: "guest", me: false }),
  ),
];

export const rooms: readonly RoomInList[] = [
  { code: "WXYZ", title: "Physics, period 3", unread: 0, draft: false, current: true },
  { code: "KFQB", title: "Robotics club", unread: 4, draft: false, current: false },
  { code: "MPLE", title: "Lunch", unread: 0, draft: true, current: false },
  { code: "QUARTZ", title: "Exam questions, staff only", unread: 120, draft: false, current: false },
  { code: "HJRT", title: "", unread: 0, draft: false, current: false },
];

export const talk: readonly Row[] = [
  { kind: "day", key: "day-1", at: yesterday },
  {
    kind: "system",
    key: "s-1",
    lines: [{ kind: "system", key: "s-1a", at: yesterday, words: "Ann has made the room." }],
  },
  group([message(ann, "Hello everyone. We'll collect the questions for Thursday here.", yesterday + minute)]),
  group([
    message(ben, "Nice, thanks!", yesterday + 2 * minute),
    message(ben, "Is the experiment with the pendulum part of it?", yesterday + 2 * minute),
  ]),
  group([
    message(ann, "Yes, it is.", yesterday + 4 * minute),
    message(
      ann,
      "Remember that for small angles **T ≈ 2π√(L/g)**, so the mass doesn't matter.",
      yesterday + 4 * minute,
    ),
  ]),
  { kind: "day", key: "day-2", at: now },
  {
    kind: "system",
    key: "s-2",
    lines: ["Chiara", "Дмитрий", "Eve Lindqvist", "Femi", "Greta"].map((name, i) => ({
      kind: "system" as const,
      key: `s-2${i}`,
      at: now,
      words: `${name} has entered the room.`,
    })),
  },
  group([
    message(chiara, "I plotted ours, the slope gives *g* = 9.79 m/s²", now),
    message(
      chiara,
      "```python\nimport math\n\ndef g(length, period):\n    return 4 * math.pi**2 * length / period**2\n```",
      now + minute,
    ),
    message(chiara, "The data is at https://example.org/pendulum/data.csv if anyone wants it", now + minute),
  ]),
  group([message(dmitri, "Отлично! У нас получилось 9,84.", now + 3 * minute)]),
  group([message(ann, "That's within one percent. Well done!", now + 4 * minute)]),
  { kind: "new", key: "new", count: 4 },
  group([message(eve, "🎉", now + 5 * minute)]),
  group([
    message(femi, "/me is impressed", now + 6 * minute),
    message(
      femi,
      "Two questions:\n\n1. how did you measure the length?\n2. did you use `timeit` or a stopwatch?",
      now + 6 * minute,
    ),
    message(femi, null, now + 6 * minute),
  ]),
];

export const others = { ben, chiara, dmitri, eve, femi };
export const noon = now;
