/** The server as the models see it: what can be asked and told, and how that may end. */
import type { Commands, Refusal } from "../protocol.gen";

export type CommandName = keyof Commands;

export interface Server {
  /** Ask and wait. Rejects with RefusedError, or with LostError when nobody knows whether it was carried out. */
  ask<C extends CommandName>(command: C, fields: Commands[C]["fields"]): Promise<Commands[C]["reply"]>;
  /** Say something that may get lost. */
  tell<C extends CommandName>(command: C, fields: Commands[C]["fields"]): void;
}

/** The server refused a command; nothing of it was done. */
export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** The connection ended, or no reply came in time. */
export class LostError extends Error {}

/** What a model needs of the outside. */
export interface World {
  /** Milliseconds since 1970 by this machine's clock. */
  now(): number;
  /** Do something later; returns what takes that back. */
  later(ms: number, deed: () => void): () => void;
  /** A new client_message_id. */
  newId(): string;
}

/** Do what is no harm when it fails: it is asked for again when it is needed. */
export async function quietly(deed: () => Promise<void>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    if (!(error instanceof RefusedError || error instanceof LostError)) throw error;
  }
}
