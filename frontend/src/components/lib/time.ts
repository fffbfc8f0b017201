/** Times as the reader's language writes them. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const withYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

export const shortTime = (at: number): string => clock.format(at);
export const fullTime = (at: number): string => full.format(at);
export const machineTime = (at: number): string => new Date(at).toISOString();

export function dayWords(at: number, now = Date.now()): string {
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0 || days === 1) return capital(relative.format(-days, "day"));
  return days < 300 ? weekday.format(at) : withYear.format(at);
}

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
const capital = (words: string): string => words.charAt(0).toLocaleUpperCase() + words.slice(1);
