/** Backoff: how long to wait before the next attempt to connect. */

const LEAST = 500;
const MOST = 10_000;

/** Milliseconds before an attempt, the first being 0; `random` from 0 to 1 spreads those who lost the same server. */
export function backoff(attempt: number, random: number): number {
  const most = Math.min(MOST, LEAST * 2 ** Math.min(attempt + 1, 10));
  return LEAST + random * (most - LEAST);
}
