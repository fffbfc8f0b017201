/** A text as it is sent: nothing around it, but for the indentation of several lines, which may be code. */

export function tidied(draft: string): string {
  const text = draft.trim();
  return text.includes("\n") ? draft.trimEnd().replace(/^(?:[^\S\n]*\n)+/, "") : text;
}
