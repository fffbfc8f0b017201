/** The address that brings somebody into a room. */

export function linkTo(code: string): string {
  return `${location.origin}/r/${code}`;
}

/** As people read it aloud or off a projector: without the scheme. */
export function shownLink(code: string): string {
  return `${location.host}/r/${code}`;
}
