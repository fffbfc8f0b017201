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

const SOCKET_WITHIN = 4_000;

/** Node brings its own. */
const HAS_SOCKETS = typeof document === "undefined" || typeof WebSocket === "function";
const SOCKET_FIRST = ["websocket", "polling"];
const POLLING_FIRST = ["polling", "websocket"];

/**
 * Return a socket that isn't connected yet. A WebSocket that something blocks gives way to polling: at once where it
 * fails, with the next attempt where it isn't there at all, or something on the way swallows it.
 */
export function makeSocket({ url = "", headers, within = 10_000 }: Address = {}): Socket {
  const socket = io(url, {
    path: "/socket.io/",
    tryAllTransports: true,
    autoConnect: false,
    reconnection: false,
    ...(headers && { extraHeaders: headers }),
  });
  let socketFirst = HAS_SOCKETS;
  const choose = (): void => {
    socket.io.opts.transports = [...(socketFirst ? SOCKET_FIRST : POLLING_FIRST)];
    socket.io.timeout(socketFirst ? Math.min(SOCKET_WITHIN, within) : within);
  };
  choose();
  // A refusal of the server has data, and came over a transport that works.
  socket.on("connect_error", (error: Error & { data?: unknown }) => {
    if (error.data === undefined) socketFirst = !socketFirst && HAS_SOCKETS;
    choose();
  });
  return socket;
}
