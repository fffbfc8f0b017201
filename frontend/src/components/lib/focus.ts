/** The focus, when the button that has it is about to vanish. */

/** Goes on to the composer, if the button was pressed by key: a finger on it asks for no keyboard on the screen. */
export function writeOn(press: MouseEvent): void {
  if (press.detail === 0) document.getElementById("write")?.focus({ preventScroll: true });
}
