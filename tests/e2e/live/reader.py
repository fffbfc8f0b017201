"""Somebody who reads a room as a client should: by seq, asking for what it has missed whenever it comes back."""

from typing import Any

from tests.e2e.live.client import Heard, LiveClient


class Reader:
    """One person's view of one room since they first opened it."""

    def __init__(self, client: LiveClient, code: str) -> None:
        self.client, self.code = client, code
        self._first = 0
        self._epoch = ""
        self._asked_for: list[Heard] = []

    @property
    def events(self) -> list[Heard]:
        """What is known of the room, in order of seq, up to the first gap."""
        heard = [event for event in self.client.log if event.get("code") == self.code and "seq" in event]
        by_seq = {event["seq"]: event for event in heard + self._asked_for}
        known, seq = [], self._first + 1
        while seq in by_seq:
            known.append(by_seq[seq])
            seq += 1
        return known

    @property
    def since(self) -> int:
        """The last seq before which nothing is missing."""
        return self._first + len(self.events)

    @property
    def texts(self) -> list[str]:
        """What was said, in order."""
        return [event["text"] for event in self.events if event["type"] == "message_sent"]

    async def open(self) -> dict[str, Any]:
        """Open the room; the second time, catch up with it."""
        if not self._epoch:
            joined = await self.client.ask("join_room", code=self.code)
            self._first, self._epoch = joined["last_seq"], joined["epoch"]
            return joined
        joined = page = await self.client.ask("join_room", code=self.code, since=self.since, epoch=self._epoch)
        assert joined["reset"] is False
        self._asked_for += page["events"]
        while page["more"]:
            page = await self.client.ask("events", code=self.code, since=self.since)
            self._asked_for += page["events"]
        self.client.look_again()
        return joined

    async def hear_text(self, text: str) -> None:
        """Wait until that was said, live or in what was caught up."""
        await self.client.until(lambda: text in self.texts)
