"""What a room's sender was promised against what its witness has heard."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress

from tests.wire import Wire

MOST_IN_FLIGHT = 200
"""Of each sender, when the pace is kept: who is behind by more holds back, as a session may not have more waiting."""

TEXT = "sixty-four bytes are about what people say in a line of a chat.."

PATIENCE = 60.0
"""Seconds after which what was promised won't be heard any more."""


class Ledger:
    """What a room's sender was promised and its witness has heard; each is crossed off by the other."""

    def __init__(self) -> None:
        self.acked = self.heard = 0
        self.last_seq = 0
        self.faults: list[str] = []
        self._open: dict[int, str] = {}
        self._is_even = asyncio.Event()

    async def even(self) -> None:
        """Wait until everything is crossed off, for a while."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_even.wait(), PATIENCE)

    def promise(self, seq: int, text: str) -> None:
        """Note that a message was acknowledged."""
        self.acked += 1
        self._match(seq, text)

    def witness(self, event: dict[str, object]) -> None:
        """Note an event that was heard."""
        seq, text = int(str(event["seq"])), str(event.get("text", ""))
        if self.last_seq and seq != self.last_seq + 1:
            self.faults.append(f"seq {seq} came after {self.last_seq}")
        self.last_seq = seq
        if text.startswith(TEXT):
            self.heard += 1
            self._match(seq, text)

    def missing(self) -> int:
        """Return how much was promised and not heard, or heard and not promised."""
        return len(self._open)

    def _match(self, seq: int, text: str) -> None:
        known = self._open.pop(seq, None)
        if known is None:
            self._open[seq] = text
        elif known != text:
            self.faults.append(f"seq {seq} is {known!r} and {text!r}")
        if self._open:
            self._is_even.clear()
        else:
            self._is_even.set()


class Sender(Wire):
    """Sends to one room."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger
        self.code = ""
        self.owed = 0.0
        self.held_back = 0
        self.latencies: list[float] = []
        self.again: Callable[[], None] = lambda: None
        self._sent = 0
        self._in_flight: dict[int, tuple[float, str]] = {}

    @property
    def in_flight(self) -> int:
        """Return how many messages are on their way."""
        return len(self._in_flight)

    def send(self) -> None:
        """Send a message."""
        self._sent += 1
        text = f"{TEXT}{self._sent}"
        number = self.command("send_message", {"code": self.code, "text": text, "client_message_id": str(self._sent)})
        self._in_flight[number] = time.perf_counter(), text

    def send_share(self, share: float) -> None:
        """Send as many as are due."""
        self.owed += share
        while self.owed >= 1:
            self.owed -= 1
            if self.in_flight < MOST_IN_FLIGHT:
                self.send()
            else:
                self.held_back += 1

    def acknowledged(self, number: int, payload: bytes) -> None:
        """Take a reply."""
        if number not in self._in_flight:
            super().acknowledged(number, payload)
            return
        began, text = self._in_flight.pop(number)
        self.latencies.append(time.perf_counter() - began)
        reply = json.loads(payload)[0]
        if reply["ok"]:
            self.ledger.promise(reply["seq"], text)
        else:
            self.ledger.faults.append(f"refused: {reply['error']}")
        self.again()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio: a sender is never let go."""
        if self.in_flight:
            self.ledger.faults.append(f"the sender was let go with {self.in_flight} under way: {self.reason}")
        super().connection_lost(exc)


class Witness(Wire):
    """Reads all that happens in one room."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger

    def hear(self, payload: bytes) -> None:
        """Take an event."""
        event = json.loads(payload[2:])[1]
        if "seq" in event:
            self.ledger.witness(event)
