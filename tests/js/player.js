// Plays people at the live door with the official client. Requests come and answers go as lines of JSON:
// {"id", "do", "socket", …} is answered {"id", "value"} or {"id", "error"}; what a socket hears is {"socket", "event"}.

import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const PATIENCE = 30_000;
const sockets = new Map();

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

// Bytes travel as {"$bytes": base64}.
function revive(_key, value) {
  return value?.$bytes === undefined ? value : Buffer.from(value.$bytes, "base64");
}

function listen(name, socket) {
  const hear = (event) => say({ socket: name, event });
  socket.onAny((type, data) => {
    if (type === "welcome" && data.token) socket.auth = { token: data.token }; // to come back as the same person
    hear({ type, ...data });
  });
  socket.on("connect", () => hear({ type: "connected" }));
  socket.on("disconnect", (reason) => hear({ type: "disconnected", reason }));
  socket.io.on("open", () => {
    socket.io.engine.on("upgrade", ({ name: transport }) => hear({ type: "upgraded", transport }));
  });
}

const deeds = {
  connect({ socket: name, url, options }) {
    const socket = io(url, { forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 500, ...options });
    sockets.set(name, socket);
    listen(name, socket);
    return new Promise((resolve, reject) => {
      socket.once("connect", () => resolve({}));
      socket.once("connect_error", reject);
    });
  },

  ask({ socket, event, args }) {
    return sockets.get(socket).timeout(PATIENCE).emitWithAck(event, ...args);
  },

  tell({ socket, event, args }) {
    sockets.get(socket).emit(event, ...args);
    return {};
  },

  transport({ socket }) {
    return sockets.get(socket).io.engine.transport.name;
  },

  close({ socket }) {
    sockets.get(socket).disconnect();
    sockets.delete(socket);
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line, revive);
  Promise.resolve()
    .then(() => deeds[request.do](request))
    .then(
      (value) => say({ id: request.id, value }),
      (error) => say({ id: request.id, error: { message: error.message, data: error.data ?? null } }),
    );
}

for (const socket of sockets.values()) socket.disconnect();
