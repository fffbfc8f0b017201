/** Emoji: whether a message is nothing but one to three of them, and so shown large. */

const MOST = 3;
const LONGEST = 100;
const EMOJI = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3)/u;

/** Tells whether there are one to three emoji and nothing else. */
export function isOnlyEmoji(text: string): boolean {
  if (text.length > LONGEST) return false;
  const shown = text.replace(/\s+/gu, "");
  const characters = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(shown)];
  return characters.length > 0 && characters.length <= MOST && characters.every(({ segment }) => isEmoji(segment));
}

function isEmoji(character: string): boolean {
  if (!EMOJI.test(character)) return false;
  // © and ♥ are text unless something says that they are drawn.
  return /\p{Emoji_Presentation}|\uFE0F|\u20E3|\p{Regional_Indicator}/u.test(character);
}
