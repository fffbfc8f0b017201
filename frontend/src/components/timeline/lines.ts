/** Looking through rows for lines. */
import type { MessageLine, Row } from "../../models/view";

export function lastLine(rows: readonly Row[]): MessageLine | null {
  return findLast(rows, () => true);
}

export function lastOfMine(rows: readonly Row[]): MessageLine | null {
  return findLast(rows, (line) => line.mine);
}

export function hasLine(rows: readonly Row[], key: string): boolean {
  return rows.some((row) => row.kind === "group" && row.lines.some((line) => line.key === key));
}

/** Rows are many and what is looked for is near the end: no copies, no full passes. */
function findLast(rows: readonly Row[], fits: (line: MessageLine) => boolean): MessageLine | null {
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i];
    if (row?.kind !== "group") continue;
    const found = row.lines.findLast(fits);
    if (found) return found;
  }
  return null;
}
