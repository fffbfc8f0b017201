/** How long a message may be, and when to say so. */

export const MAX_LENGTH = 10_000;
const NEAR = 9_500;

/** Letters as the server counts them: an emoji beyond 16 bits is one. */
export function lengthOf(text: string): number {
  return text.length < NEAR ? text.length : [...text].length;
}

export function limitWords(length: number): string {
  if (length <= NEAR) return "";
  const left = MAX_LENGTH - length;
  const characters = `${Math.abs(left).toLocaleString()} ${Math.abs(left) === 1 ? "character" : "characters"}`;
  if (left >= 0) return `${characters} left`;
  return `${characters} too long. Shorten it or send it in parts.`;
}
