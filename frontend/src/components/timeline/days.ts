/** Rows cut into days: each begins with its divider. */
import type { Row } from "../../models/view";

export interface Day {
  readonly key: string;
  readonly rows: readonly Row[];
}

export function byDay(rows: readonly Row[]): Day[] {
  const days: { key: string; rows: Row[] }[] = [];
  for (const row of rows) {
    const last = days.at(-1);
    if (row.kind === "day" || !last) days.push({ key: row.kind === "day" ? row.key : "start", rows: [row] });
    else last.rows.push(row);
  }
  return days;
}
