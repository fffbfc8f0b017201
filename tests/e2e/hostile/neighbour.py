"""A neighbour: somebody else on the same server, who talks all the while and must not be disturbed."""

import json
import threading
import traceback
from types import TracebackType
from typing import Self

from tests.e2e.hostile.raw_client import RawClient
from tests.server_process import ServerProcess
from tests.waiting import eventually


class Neighbour:
    """Sends one message after another in a room of their own and waits for each, ack and event, in order."""

    def __init__(self, server: ServerProcess) -> None:
        self.rounds = 0
        self.trouble = ""
        self._client = RawClient(server).come_in(name="Neighbour")
        self._code = self._client.ask_for("create_room")["code"]
        self._seq: int = self._client.ask_for("join_room", code=self._code)["last_seq"]
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._talk, name="neighbour", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._enough.set()
        self._thread.join()
        self._client.socket.close()
        assert not self.trouble, self.trouble
        assert self.rounds, "need a neighbour who talks for this test to mean anything"

    def goes_on(self) -> None:
        """See that they still talk."""
        so_far = self.rounds
        eventually(lambda: self.trouble or self.rounds >= so_far + 2)
        assert not self.trouble, self.trouble

    def _talk(self) -> None:
        try:
            while not self._enough.wait(0.01):
                self._say_something()
                self.rounds += 1
        except Exception:
            self.trouble = traceback.format_exc()

    def _say_something(self) -> None:
        self._client.command("send_message", self.rounds, code=self._code, text=f"round {self.rounds}")
        acked = heard = False
        while not (acked and heard):
            text = self._client.text()
            if text.startswith(f"43{self.rounds}["):
                assert json.loads(text[text.index("[") :])[0]["ok"], text
                acked = True
            elif text.startswith('42["message_sent"'):
                self._seq += 1
                event = json.loads(text[2:])[1]
                assert (event["seq"], event["text"]) == (self._seq, f"round {self.rounds}")
                heard = True
            else:
                assert text.startswith('42["presence"'), text
