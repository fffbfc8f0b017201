/** Rows: the timeline as it is read, with messages grouped by person, days divided and the new ones marked. */
import type { StoredLine } from "./lines";
import type { Notice } from "./notices";
import type { Divider } from "./unread";
import type { MessageLine, Row, SystemLine } from "./view";

const GROUPED_WITHIN = 5 * 60_000;

export interface Shown {
  readonly lines: readonly StoredLine[];
  /** There are messages before the lines, or after them. */
  readonly older: boolean;
  readonly newer: boolean;
  readonly notices: readonly Notice[];
  /** One's own that have no place yet: they stand at the end. */
  readonly pending: readonly MessageLine[];
  readonly divider: Divider | null;
  readonly dayOf: (at: number) => string;
}

type Line = MessageLine | SystemLine;

/** Build the rows; those that look as before are the same objects as before. */
export function buildRows(shown: Shown, previous: readonly Row[] = []): Row[] {
  const building = new Building(shown);
  for (const line of inOrder(shown)) building.add(line);
  return reuse(building.rows, previous);
}

class Building {
  readonly rows: Row[] = [];
  readonly #shown: Shown;
  #day: string | null = null;
  #divided = false;
  #open: Line[] = [];
  #latest = 0;

  constructor(shown: Shown) {
    this.#shown = shown;
  }

  add(line: Line): void {
    const day = this.#shown.dayOf(line.at);
    if (day !== this.#day && !this.#isLate(line)) {
      this.#day = day;
      this.#push({ kind: "day", key: `day:${day}`, at: line.at });
    }
    if (this.#beginsTheNew(line)) {
      this.#divided = true;
      this.#push({ kind: "new", key: "new", count: this.#shown.divider?.count ?? 0 });
    }
    if (!this.#joinsLast(line)) this.#begin(line);
    this.#open.push(line);
    this.#latest = Math.max(this.#latest, line.at);
  }

  /** Written before what stands above it, and not delivered: it is under no day of its own. */
  #isLate(line: Line): boolean {
    return line.kind === "message" && line.seq === null && line.at < this.#latest;
  }

  #push(row: Row): void {
    this.rows.push(row);
    this.#open = [];
  }

  #begin(line: Line): void {
    this.#open = [];
    const lines = this.#open;
    if (line.kind === "system")
      this.rows.push({ kind: "system", key: `system:${line.key}`, lines: lines as SystemLine[] });
    else {
      const { by, mine } = line;
      this.rows.push({ kind: "group", key: `group:${line.key}`, by, mine, lines: lines as MessageLine[] });
    }
  }

  #joinsLast(line: Line): boolean {
    const first = this.#open[0];
    if (!first || first.kind !== line.kind) return false;
    if (first.kind === "system" || line.kind === "system") return true;
    return (
      first.by.id === line.by.id && first.by.name === line.by.name && Math.abs(line.at - first.at) < GROUPED_WITHIN
    );
  }

  #beginsTheNew(line: Line): boolean {
    const { divider } = this.#shown;
    if (this.#divided || !divider || line.kind !== "message" || line.mine) return false;
    return line.number !== null && line.number > divider.after;
  }
}

/** Lines by seq, each notice after the line that it followed, what is pending at the end. */
function* inOrder({ lines, older, newer, notices, pending }: Shown): Generator<Line> {
  const first = lines[0]?.seq ?? 0;
  let next = 0;
  while (older && next < notices.length && (notices[next] as Notice).after < first) next++;
  for (const line of lines) {
    for (; next < notices.length && (notices[next] as Notice).after < line.seq; next++) yield notices[next] as Notice;
    yield line;
  }
  if (newer) return;
  for (; next < notices.length; next++) yield notices[next] as Notice;
  yield* pending;
}

/** Keep a row's key when its first known line had it, and the whole row when nothing of it has changed. */
function reuse(rows: Row[], previous: readonly Row[]): Row[] {
  const before = new Map<string, Row>();
  for (const row of previous) {
    if ("lines" in row) for (const line of row.lines) before.set(line.key, row);
    else before.set(row.key, row);
  }
  const taken = new Set<string>();
  return rows.map((row) => {
    const old = oldOf(row, before);
    const known = old && old.kind === row.kind && !taken.has(old.key) ? old : null;
    const key = unique(known?.key ?? row.key, taken);
    if (known && isSame(row, known)) return known;
    return key === row.key ? row : { ...row, key };
  });
}

/** A group that was split may leave its key to one part, while the other part would take it by itself. */
function unique(key: string, taken: Set<string>): string {
  let free = key;
  while (taken.has(free)) free += "+";
  taken.add(free);
  return free;
}

function oldOf(row: Row, before: ReadonlyMap<string, Row>): Row | undefined {
  if (!("lines" in row)) return before.get(row.key);
  for (const line of row.lines) {
    const old = before.get(line.key);
    if (old) return old;
  }
  return undefined;
}

function isSame(row: Row, old: Row): boolean {
  if (row.kind === "new") return old.kind === "new" && row.count === old.count;
  if (row.kind === "day") return old.kind === "day" && row.at === old.at;
  if (!("lines" in old) || row.lines.length !== old.lines.length) return false;
  return row.lines.every((line, index) => line === old.lines[index]);
}
