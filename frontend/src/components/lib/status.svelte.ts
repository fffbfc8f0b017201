/** What the page's one polite status region says: the room's news and answers to small actions such as copying. */
import { untrack } from "svelte";

class Status {
  words = $state("");
}

export const status = new Status();

/** The same words twice are still news: a blank between them makes the region change. */
export function say(words: string): void {
  const before = untrack(() => status.words);
  status.words = before === words ? `${words}\u00a0` : words;
}
