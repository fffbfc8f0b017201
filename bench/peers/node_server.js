// Node's Socket.IO as its documentation has it: rooms in memory, the message goes to its room, the sender is answered; nothing is stored.
import { createServer } from "node:http";
import { Server } from "socket.io";

const pingInterval = Number(process.argv[2]);
const http = createServer();
const io = new Server(http, { pingInterval });

io.on("connection", (socket) => {
  const { name } = socket.handshake.auth;
  socket.on("join_room", ({ code }, answer) => {
    socket.join(code);
    answer({ ok: true });
  });
  socket.on("send_message", ({ code, text, client_message_id }, answer) => {
    io.to(code).emit("message_sent", { code, by: name, text, client_message_id });
    answer({ ok: true });
  });
});

http.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${http.address().port}`));
