/** Frames: however much happens, what follows from it is done once for each picture on the screen. */

const AT_LATEST = 100;

export interface Screen {
  /** Do something in the next frame; returns what takes that back. */
  frame(deed: () => void): () => void;
  later(ms: number, deed: () => void): () => void;
}

/** Return what asks for the deed. A page in the background draws no frames: there it is done a moment later. */
export function oncePerFrame(screen: Screen, deed: () => void): () => void {
  let asked = false;
  let cancel = () => {};
  const run = () => {
    asked = false;
    cancel();
    deed();
  };
  return () => {
    if (asked) return;
    asked = true;
    const cancels = [screen.later(AT_LATEST, run), screen.frame(run)];
    cancel = () => {
      for (const each of cancels) each();
    };
  };
}
