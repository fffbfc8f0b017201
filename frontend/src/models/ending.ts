/** Endings: why there is no room to show. */
import type { ErrorCode } from "../protocol.gen";
import type { Ending, Lifetime } from "./view";

const ENDINGS: Partial<Record<ErrorCode, Ending>> = {
  room_not_found: "not_found",
  room_full: "full",
  name_taken: "name_taken",
  banned: "removed",
  not_a_member: "left",
  not_logged_in: "logged_out",
  slow_down: "slow",
};

/** What a refusal to let one in means; `was` is the lifetime of a room that one has been in. */
export function endingOf(code: ErrorCode, was: Lifetime | null): Ending {
  if (code === "room_not_found" && was !== null) return endOf(was);
  return ENDINGS[code] ?? "refused";
}

/** How a room of that lifetime ends. */
export function endOf(lifetime: Lifetime): Ending {
  return lifetime === "kept" ? "deleted" : "vanished";
}
