/** The official client against networks that don't want it. */
import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { makeSocket } from "../src/net/socket";
import { until } from "./person";

let network: Server;

afterEach(() => {
  network.close();
});

/** A network that does something with each request; returns its address and the transports that were tried. */
async function make(deed: "swallow" | "refuse"): Promise<{ url: string; tried: string[] }> {
  const tried: string[] = [];
  network = createServer((connection) => {
    connection.on("error", () => {});
    connection.once("data", (said) => {
      tried.push(/transport=(\w+)/.exec(said.toString())?.[1] ?? "");
      if (deed === "refuse") connection.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    });
  });
  await new Promise<void>((resolve) => network.listen(0, "127.0.0.1", resolve));
  const address = network.address();
  return { url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`, tried };
}

test("where a WebSocket is refused, polling is tried at once", async () => {
  const { url, tried } = await make("refuse");
  const socket = makeSocket({ url });
  socket.connect();
  await until(() => tried.length === 2);
  expect(tried).toEqual(["websocket", "polling"]);
  socket.disconnect();
});

test("where a WebSocket is swallowed, the next attempt begins with polling", async () => {
  const { url, tried } = await make("swallow");
  const socket = makeSocket({ url, within: 300 });
  const failed = new Promise<void>((resolve) => socket.on("connect_error", () => resolve()));
  socket.connect();
  await failed;
  socket.connect();
  await until(() => tried.length === 2);
  expect(tried).toEqual(["websocket", "polling"]);
  socket.disconnect();
});
