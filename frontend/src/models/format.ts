/** Times in words, for the viewer's zone and language, or for those that are given. */

export interface Where {
  readonly locale?: string;
  readonly timeZone?: string;
}

const DAY = 86_400_000;
const made = new Map<string, Intl.DateTimeFormat>();

/** Such as 14:05. */
export function shortTime(at: number, where: Where = {}): string {
  return formatter(where, { timeStyle: "short" }).format(at);
}

/** Such as Friday, November 20, 2026 at 2:05 PM. */
export function fullTime(at: number, where: Where = {}): string {
  return formatter(where, { dateStyle: "full", timeStyle: "short" }).format(at);
}

/** For `<time datetime>`. */
export function machineTime(at: number): string {
  return new Date(at).toISOString();
}

/** The day in that zone, the same string for all times of one day. */
export function dayOf(at: number, where: Where = {}): string {
  if (where.timeZone === undefined) {
    const date = new Date(at);
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  }
  return formatter({ ...where, locale: "en-CA" }, { year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
}

/** Today, Yesterday, Monday within a week, else the date. */
export function dayName(at: number, now: number, where: Where = {}): string {
  const days = Math.round((Date.parse(dayOf(at, where)) - Date.parse(dayOf(now, where))) / DAY);
  if (days === 0 || days === -1) return raise(relativeFormat(where).format(days, "day"));
  if (days < 0 && days > -7) return raise(formatter(where, { weekday: "long" }).format(at));
  const year = dayOf(at, where).slice(0, 4) === dayOf(now, where).slice(0, 4) ? {} : { year: "numeric" as const };
  return raise(formatter(where, { weekday: "long", day: "numeric", month: "long", ...year }).format(at));
}

/** Such as "3 minutes ago", for what is less than a week old; else the date. */
export function relative(at: number, now: number, where: Where = {}): string {
  const seconds = Math.min(0, Math.round((at - now) / 1000));
  if (seconds > -60) return relativeFormat(where).format(0, "second");
  if (seconds > -3600) return relativeFormat(where).format(Math.trunc(seconds / 60), "minute");
  if (seconds > -86_400) return relativeFormat(where).format(Math.trunc(seconds / 3600), "hour");
  if (seconds > -7 * 86_400) return relativeFormat(where).format(Math.trunc(seconds / 86_400), "day");
  return formatter(where, { dateStyle: "medium" }).format(at);
}

function formatter(where: Where, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const all = where.timeZone === undefined ? options : { ...options, timeZone: where.timeZone };
  const key = JSON.stringify([where.locale, all]);
  const known = made.get(key) ?? new Intl.DateTimeFormat(where.locale, all);
  made.set(key, known);
  return known;
}

function relativeFormat(where: Where): Intl.RelativeTimeFormat {
  return new Intl.RelativeTimeFormat(where.locale, { numeric: "auto" });
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

function raise(words: string): string {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
