"""Flask-SocketIO on gevent, as documented: rooms in memory, the sender is answered, nothing is stored."""

import socket
import sys
from typing import Any

from flask import Flask, session
from flask_socketio import SocketIO, emit, join_room
from gevent import pywsgi
from geventwebsocket.handler import WebSocketHandler

app = Flask(__name__)
app.secret_key = "bench"
socketio = SocketIO(app, async_mode="gevent", ping_interval=int(sys.argv[1]) / 1000)

Fields = dict[str, Any]


@socketio.on("connect")
def connect(auth: Fields) -> None:
    """Remember the name."""
    session["name"] = auth["name"]


@socketio.on("join_room")
def enter(fields: Fields) -> Fields:
    """Let somebody in."""
    join_room(fields["code"])
    return {"ok": True}


@socketio.on("send_message")
def send(fields: Fields) -> Fields:
    """Tell everybody in the room, the sender too."""
    emit("message_sent", {**fields, "by": session["name"]}, to=fields["code"])
    return {"ok": True}


with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    listener.setblocking(False)
    # What SocketIO.run does, but on a socket that listens already.
    pywsgi.WSGIServer(listener, app, handler_class=WebSocketHandler, log=None).serve_forever()
