/** Links to a message: `/r/WXYZ#m12` is the message of seq 12. */
import { tick } from "svelte";

export function linkTo(seq: number): string {
  return `#m${seq}`;
}

/** The seq in an address's last part; null when it names no message. */
export function namedIn(hash: string): number | null {
  const digits = /^#m([1-9]\d{0,14})$/.exec(hash)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** When what the models know by now is on the page. */
export async function nextFrame(): Promise<void> {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  await tick();
}
