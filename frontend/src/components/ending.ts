/** What to say when there is no room to show, and what the person can do instead. */
import type { Ending } from "../models/view";

export interface EndingWords {
  readonly title: string;
  readonly words: string;
  /** What the filled button does: come to the room again, go home, or come in under another name. */
  readonly act: "again" | "home" | "rename";
  readonly button: string;
}

export const endings: Record<Ending, EndingWords> = {
  not_found: {
    title: "No room has this code",
    words: "Check the letters with whoever gave them to you, or open a room of your own.",
    act: "home",
    button: "Enter another code",
  },
  full: {
    title: "This room is full",
    words: "Every seat is taken. Try again when somebody has left.",
    act: "again",
    button: "Try again",
  },
  vanished: {
    title: "This room has vanished",
    words: "Everybody had gone, so the room and all that was said in it are gone too.",
    act: "home",
    button: "Open a new room",
  },
  deleted: {
    title: "This room was deleted",
    words: "Its owner has deleted it, with everything that was said in it.",
    act: "home",
    button: "Go home",
  },
  removed: {
    title: "You were removed from this room",
    words: "Somebody who looks after the room has removed you. They can let you in again.",
    act: "home",
    button: "Go home",
  },
  left: {
    title: "You have left this room",
    words: "You left it in another window. With the code you can come back at any time.",
    act: "again",
    button: "Come back",
  },
  name_taken: {
    title: "Somebody here has your name",
    words: "Come in under another one, so that nobody takes you for each other.",
    act: "rename",
    button: "Come in",
  },
  logged_out: {
    title: "You are logged out",
    words: "Your name was given up here or in another window. Come in again with the code.",
    act: "home",
    button: "Come in again",
  },
  slow: {
    title: "A moment, please",
    words: "Too many wrong codes came from here, so the next one has to wait.",
    act: "again",
    button: "Try again",
  },
  refused: {
    title: "This room can't be opened",
    words: "The server said no. Try again, or ask whoever runs it.",
    act: "again",
    button: "Try again",
  },
};
