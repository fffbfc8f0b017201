/** One thing over the room at a time: a panel or a dialog. The browser's Back closes it, as on a phone everybody expects. */

export type OverlayName = "rooms" | "people" | "code" | "shortcuts" | "rename" | "leave";

export class Overlay {
  name = $state<OverlayName | null>(null);
  #closed: (() => void) | null = null;

  show(name: OverlayName): void {
    if (this.name === null) history.pushState({ ...history.state, overlay: name }, "");
    this.name = name;
  }

  /** Settles when the address history is back where it was, so that what follows may add to it. */
  async hide(): Promise<void> {
    if (this.name === null) return;
    this.name = null;
    if (!history.state?.overlay) return;
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      history.back();
    });
  }

  /** For `popstate`. */
  back(): void {
    this.name = null;
    this.#closed?.();
    this.#closed = null;
  }
}
