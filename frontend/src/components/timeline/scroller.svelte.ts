/** Where the timeline stands: at its end or further up, and how it keeps its place when lines come above or below. */

/** This near the end counts as at the end. */
const NEAR = 80;

/** Those who asked for no movement jump. */
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Scroller {
  atEnd = $state(true);
  #box: HTMLElement | null = null;
  #top = 0;
  #anchor: { readonly line: Element; readonly top: number } | null = null;

  /** For {@attach}: watches the box and what is in it grow and shrink, and stays at the end if it was there. */
  attach = (box: HTMLElement): (() => void) => {
    this.#box = box;
    const sizes = new ResizeObserver(() => this.settle());
    sizes.observe(box);
    for (const child of box.children) sizes.observe(child);
    return () => {
      sizes.disconnect();
      this.#box = null;
    };
  };

  /** It scrolled. Only going up leaves the end: going nowhere, it is the page that has changed its size. */
  moved = (): void => {
    const top = this.#box?.scrollTop ?? 0;
    const up = top < this.#top;
    this.#top = top;
    if (up || !this.atEnd) this.look();
  };

  /** Is this the end? */
  look(): void {
    const box = this.#box;
    if (box) this.atEnd = box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR;
  }

  toEnd(smooth = false): void {
    const box = this.#box;
    if (!box) return;
    const far = box.scrollHeight - box.scrollTop > 4 * box.clientHeight;
    this.atEnd = true;
    box.scrollTo({ top: box.scrollHeight, behavior: smooth && !far && !still.matches ? "smooth" : "instant" });
  }

  /** Something changed its size: stay at the end, if there. */
  settle(): void {
    if (this.atEnd) this.toEnd();
  }

  /** Opens at what is new, with a little of what was read above it; without anything new, at the end. */
  toNews(): void {
    const news = this.#box?.querySelector<HTMLElement>("[data-new]");
    if (!this.#box || !news) {
      this.toEnd();
      return;
    }
    const top = news.getBoundingClientRect().top - this.#box.getBoundingClientRect().top;
    this.#box.scrollTop += top - 96;
    this.look();
  }

  /** Brings the line that the address names into the middle. */
  toMarked(): void {
    this.atEnd = false;
    this.#box?.querySelector("[data-marked]")?.scrollIntoView({ block: "center", behavior: "instant" });
    this.look();
  }

  /** Before lines come in above: remember the line on top of the window. */
  hold(): void {
    const box = this.#box;
    if (!box || this.atEnd) return;
    const edge = box.getBoundingClientRect().top;
    const line = [...box.querySelectorAll("[data-line]")].find((each) => each.getBoundingClientRect().bottom > edge);
    this.#anchor = line ? { line, top: line.getBoundingClientRect().top } : null;
  }

  /** After: put it back where it was. The browser's own anchoring rests meanwhile, and at the very top it does nothing. */
  keep(): void {
    const box = this.#box;
    const anchor = this.#anchor;
    this.#anchor = null;
    if (!box || !anchor?.line.isConnected) return;
    box.style.overflowAnchor = "none";
    box.scrollTop += anchor.line.getBoundingClientRect().top - anchor.top;
    requestAnimationFrame(() => {
      box.style.overflowAnchor = "";
    });
  }
}
