"""What one tab has heard of one room, and whatever of it can't be true."""

from dataclasses import dataclass, field
from typing import Any

from tests.live_client import Event


@dataclass
class View:
    """One tab's sight of a room: `log` is dense from `first` + 1 on, or `faults` says where it isn't.

    `early` has what was heard while the room wasn't open, `past` the logs of earlier visits that weren't gone on with,
    each with its epoch.
    """

    code: str
    me: str
    epoch: str = ""
    first: int = 0
    log: list[Event] = field(default_factory=list)
    past: list[tuple[str, list[Event]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    watching: bool = False
    resets: int = 0
    early: list[Event] = field(default_factory=list)

    @property
    def last_seq(self) -> int:
        """The last seq before which nothing is missing since the first."""
        return int(self.log[-1]["seq"]) if self.log else self.first

    def joined(self, reply: dict[str, Any], since: int | None) -> None:
        """Take in the answer to `join_room`; until the last page is in, what is heard live waits."""
        if since is None or reply["reset"]:
            self.resets += since is not None
            self._begin_anew(reply)
        else:
            if not self.log and not self.watching:
                self.first = since
            for event in reply["events"]:
                self._take_again(event)
        self.epoch = reply["epoch"]
        if not reply["more"] or "events" not in reply:
            self._go_live(reply["last_seq"])

    def page(self, reply: dict[str, Any]) -> None:
        """Take in one more page of what was missed."""
        for event in reply["events"]:
            self._take_again(event)
        if not reply["more"]:
            self._go_live(self.last_seq)

    def hear(self, event: Event) -> None:
        """Take in what was pushed."""
        if self.watching:
            self._take(event)
        else:
            self.early.append(event)

    def close(self) -> None:
        """Hear no more of the room."""
        self.watching = False

    def takes_early(self) -> list[Event]:
        """Give up what was heard while the room wasn't open: the story looks at it itself."""
        early, self.early = self.early, []
        return early

    def all_faults(self) -> list[str]:
        """Return what can't be true, events of a room that wasn't open among it."""
        early = [f"seq {event['seq']} was heard while {self.code} wasn't open" for event in self.early]
        return self.faults + early

    def _begin_anew(self, reply: dict[str, Any]) -> None:
        if self.watching:  # the room was open: what is above `last_seq` comes after the answer, nothing else does
            if reply["last_seq"] > self.last_seq:
                self.faults.append(f"the answer knew of seq {reply['last_seq']} before it was told")
            return
        if self.log:
            self.past.append((self.epoch, self.log))
        self.first, self.log = reply["last_seq"], []

    def _go_live(self, told: int) -> None:
        """What came before the answer is in the answer too, up to its `last_seq`."""
        self.watching = True
        early, self.early = self.early, []
        for event in early:
            if event["seq"] > self.last_seq:
                self._take(event)
            elif event["seq"] > told:
                self.faults.append(f"seq {event['seq']} came although the answer had it")

    def _take_again(self, event: Event) -> None:
        """Take in an event that was asked for: one that is known must be told in the same words."""
        known = event["seq"] - self.first - 1
        if event["seq"] > self.last_seq:
            self._take(event)
        elif known >= 0 and self.log[known] != event:
            self.faults.append(f"seq {event['seq']} was told in two ways")

    def _take(self, event: Event) -> None:
        if event["seq"] != self.last_seq + 1:
            self.faults.append(f"seq {event['seq']} came after {self.last_seq}")
        self.log.append(event)
        if event["type"] == "room_deleted" or (event["type"] == "member_left" and event["user"]["id"] == self.me):
            self.close()
