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
}

const CONNECT_WITHIN = 10_000;

/** Return a socket that isn't connected yet. A WebSocket that something blocks gives way to polling. */
export function makeSocket({ url = "", headers }: Address = {}): Socket {
  return io(url, {
    path: "/socket.io/",
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    autoConnect: false,
    reconnection: false,
    timeout: CONNECT_WITHIN,
    ...(headers && { extraHeaders: headers }),
  });
}
