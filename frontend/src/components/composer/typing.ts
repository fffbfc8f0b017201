/** Does this key press mean that somebody with a keyboard begins to write, wherever the focus is? */

export function startsTyping(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false;
  if ([...event.key].length !== 1 || event.key === " " || event.key === "?") return false;
  return !isWriting(event.target) && !document.querySelector("dialog[open], [role=menu]");
}

export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
