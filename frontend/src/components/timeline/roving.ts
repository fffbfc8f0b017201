/** Arrows, Home and End move from message to message. */

/** The key of the line that a key press leads to; null if it leads nowhere. */
export function lineAfter(event: KeyboardEvent, log: HTMLElement): HTMLElement | null {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  const target = event.target;
  if (!(target instanceof HTMLElement) || !target.matches("[data-line]")) return null;
  const lines = [...log.querySelectorAll<HTMLElement>("[data-line]")];
  const at = lines.indexOf(target);
  switch (event.key) {
    case "ArrowUp":
      return lines[at - 1] ?? null;
    case "ArrowDown":
      return lines[at + 1] ?? null;
    case "Home":
      return lines[0] ?? null;
    case "End":
      return lines.at(-1) ?? null;
    default:
      return null;
  }
}
