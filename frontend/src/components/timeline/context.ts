/** What every line of a timeline may ask: which line the arrows are on, which of one's own came last, and what to do. */
import { createContext } from "svelte";
import type { RoomView } from "../../models/view";

export interface TimelineContext {
  readonly room: RoomView;
  /** The line that Tab reaches; arrows move it. */
  readonly active: string | null;
  /** One's own last line: the one that shows its tick. */
  readonly lastMine: string | null;
  /** The line that the address names. */
  readonly marked: string | null;
}

export const [getTimeline, setTimeline] = createContext<TimelineContext>();
