"""python-socketio on uvicorn, as documented: rooms in memory, the sender is answered, nothing is stored."""

import socket
import sys
from typing import Any

import socketio
import uvicorn

sio = socketio.AsyncServer(async_mode="asgi", ping_interval=int(sys.argv[1]) / 1000)

Fields = dict[str, Any]


@sio.on("connect")
async def connect(sid: str, _: Fields, auth: Fields) -> None:
    """Remember the name."""
    await sio.save_session(sid, {"name": auth["name"]})


@sio.on("join_room")
async def enter(sid: str, fields: Fields) -> Fields:
    """Let somebody in."""
    await sio.enter_room(sid, fields["code"])
    return {"ok": True}


@sio.on("send_message")
async def send(sid: str, fields: Fields) -> Fields:
    """Tell everybody in the room, the sender too."""
    name = (await sio.get_session(sid))["name"]
    await sio.emit("message_sent", {**fields, "by": name}, room=fields["code"])
    return {"ok": True}


with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    app = socketio.ASGIApp(sio)
    uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listener])
