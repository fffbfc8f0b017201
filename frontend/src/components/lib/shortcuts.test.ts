/** Alt with arrows goes from room to room. */
import { expect, test } from "vitest";
import { roomBeside } from "./shortcuts";

const room = (code: string, unread = 0, current = false) => ({ code, title: "", unread, draft: false, current });

test("up and down go round the ends", () => {
  const rooms = [room("AAAA", 0, true), room("BBBB"), room("CCCC")];
  expect(roomBeside(rooms, 1, false)).toBe("BBBB");
  expect(roomBeside(rooms, -1, false)).toBe("CCCC");
});

test("with shift only rooms with news count", () => {
  const rooms = [room("AAAA", 0, true), room("BBBB"), room("CCCC", 3)];
  expect(roomBeside(rooms, 1, true)).toBe("CCCC");
  expect(roomBeside([room("AAAA", 9, true), room("BBBB")], 1, true)).toBeNull();
});
