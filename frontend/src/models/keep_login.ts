/** Keeping the login: a browser forgets it thirty days after the last page that it was given, however long one stays open. */
import type { Fetch } from "../net/version";
import type { World } from "./server";

const EVERY = 86_400_000;

/** Have it counted from now once a day; returns what ends that. */
export function keepLogin(world: World, fetch: Fetch): () => void {
  let cancel = () => {};
  const wait = () => {
    cancel = world.later(EVERY, () => {
      // Home isn't a room: it leaves the way back into the last one as it is.
      void fetch("/", "HEAD").catch(() => null);
      wait();
    });
  };
  wait();
  return () => cancel();
}
