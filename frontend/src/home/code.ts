/** A code out of what somebody typed or pasted: letters only, raised, and out of a whole link if it is one. */

const LINK = /\/(?:r|lite)\/([A-Za-z]{4,8})(?![A-Za-z])/;
const SHORT_LINK = /^\s*(?:https?:\/\/)?[^/\s]+\/([A-Za-z]{4,8})\/?(?:[?#]\S*)?\s*$/;

export function codeIn(text: string): string {
  const link = LINK.exec(text) ?? SHORT_LINK.exec(text);
  const raw = link?.[1] ?? text;
  return raw
    .replace(/[^A-Za-z]/g, "")
    .toUpperCase()
    .slice(0, 8);
}

/** Codes have four letters, some six; each gets its own row of tiles. */
export function tileCount(letters: number): 4 | 6 | 8 {
  if (letters <= 4) return 4;
  return letters <= 6 ? 6 : 8;
}
