/** Actions: a message that begins with `/me ` tells what its author does. */

/** The words after the author's name; null when it is an ordinary message. */
export function actionOf(text: string): string | null {
  return /^\/me\s+(\S[\s\S]*)$/.exec(text)?.[1] ?? null;
}
