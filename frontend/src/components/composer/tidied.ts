/**
 * A text as it is sent: nothing around it, but for the indentation of several lines, which may be code; and no half of a
 * character (a lone surrogate), which the server refuses as malformed each time it is sent again.
 */

export function tidied(draft: string): string {
  const whole = draft.replace(/\p{Surrogate}/gu, "\ufffd");
  const text = whole.trim();
  return text.includes("\n") ? whole.trimEnd().replace(/^(?:[^\S\n]*\n)+/, "") : text;
}
