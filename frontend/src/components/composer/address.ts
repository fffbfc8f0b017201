/** `?draft=hello` in the address fills the composer once, and then leaves the address. */

export function takeDraft(room: { draft: string }): void {
  const address = new URL(location.href);
  const text = address.searchParams.get("draft");
  if (text === null) return;
  address.searchParams.delete("draft");
  history.replaceState(history.state, "", address);
  if (text && !room.draft.endsWith(text)) room.draft = room.draft ? `${room.draft}\n${text}` : text;
}
