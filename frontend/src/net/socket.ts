/** The socket: the official Socket.IO client, with reconnecting left to us. */
import { io } from "socket.io-client";

/** What of it is used. */
export interface Socket {
  readonly connected: boolean;
  connect(): unknown;
  disconnect(): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  on(event: string, listener: (...args: never[]) => void): unknown;
  onAny(listener: (event: string, ...args: unknown[]) => void): unknown;
}

export interface Address {
  /** The server; empty for the one that the page came from. */
  readonly url?: string;
  readonly headers?: Record<string, string>;
  /** Milliseconds for an attempt to connect. */
  readonly within?: number;
}

/**
 * Return a socket that isn't connected yet. A WebSocket that something refuses gives way to polling at once; one that
 * something swallows, at the next attempt.
 */
export function makeSocket({ url = "", headers, within = 10_000 }: Address = {}): Socket {
  const socket = io(url, {
    path: "/socket.io/",
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    autoConnect: false,
    reconnection: false,
    timeout: within,
    ...(headers && { extraHeaders: headers }),
  });
  socket.on("connect_error", (error) => {
    if (error.message === "timeout") socket.io.opts.transports = ["polling", "websocket"];
  });
  return socket;
}
