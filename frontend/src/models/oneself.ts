/** What one asks about oneself: another name, and to belong to a room no more. */
import type { ErrorCode } from "../protocol.gen";
import { LostError, RefusedError, type Server } from "./server";
import type { Person } from "./view";

const GONE: readonly ErrorCode[] = ["not_a_member", "room_not_found"];
const NO_CONNECTION = "There is no connection. Try again in a moment.";

/** Who one is by the new name; or why that can't be, as a sentence. */
export async function changeName(server: Server, name: string): Promise<Person | string> {
  try {
    return (await server.ask("change_name", { name })).user;
  } catch (error) {
    return wordsOf(error);
  }
}

/** Leave a room; returns why that can't be, null when one is out of it. */
export async function leaveRoom(server: Server, code: string): Promise<string | null> {
  try {
    await server.ask("leave_room", { code });
    return null;
  } catch (error) {
    const words = wordsOf(error);
    const gone = error instanceof RefusedError && GONE.includes(error.refusal.code);
    return gone ? null : words; // one isn't in it any more: all the better
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof LostError) return NO_CONNECTION;
  if (error instanceof RefusedError) return error.message;
  throw error;
}
