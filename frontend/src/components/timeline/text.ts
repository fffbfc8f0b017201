/** What kind of text it is: an action, a few emoji, or anything else. */

const ONE =
  "(?:\\p{RI}{2}|[0-9#*]\\uFE0F?\\u20E3|\\p{Extended_Pictographic}[\\uFE0F\\p{EMod}]?(?:\\u200D\\p{Extended_Pictographic}[\\uFE0F\\p{EMod}]?)*)";
const FEW = new RegExp(`^${ONE}(?:\\s*${ONE}){0,5}$`, "u");

export function isBigEmoji(text: string): boolean {
  return text.length <= 90 && FEW.test(text.trim());
}

export function actionIn(text: string): string | null {
  return /^\/me\s+\S/i.test(text) ? text.replace(/^\/me\s+/i, "") : null;
}
