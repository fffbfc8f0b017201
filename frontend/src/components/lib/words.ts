/** Small sentences about rooms and people, said the same way everywhere. */

export function roomName(room: { readonly title: string; readonly code: string }): string {
  return room.title.trim() || `Room ${room.code}`;
}

export function people(count: number): string {
  return count === 1 ? "1 person" : `${count.toLocaleString()} people`;
}

/** While there is no connection. */
export function lossWords(restarting: boolean): string {
  return restarting ? "Hubbub is restarting. Back in a moment." : "Reconnecting… You can keep writing.";
}

/** Letters apart, so that screen readers spell the code instead of reading it as a word. */
export function spelled(code: string): string {
  return [...code].join(" ");
}

export function typingWords(names: readonly string[], more: number): string {
  const [first, second, third] = names;
  if (first === undefined) return "";
  if (more > 0) return `${names.join(", ")} and ${more} more are typing…`;
  if (third !== undefined) return `${first}, ${second} and ${third} are typing…`;
  if (second !== undefined) return `${first} and ${second} are typing…`;
  return `${first} is typing…`;
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const first = firstLetter(words[0] ?? "");
  const last = words.length > 1 ? firstLetter(words[words.length - 1] ?? "") : "";
  return (first + last).toLocaleUpperCase() || "?";
}

/** A whole letter: an emoji or one with accents is more than one character. */
function firstLetter(word: string): string {
  const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(word);
  for (const { segment } of clusters) return segment;
  return "";
}
