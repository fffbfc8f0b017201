"""A room as the load generator sees it: what was sent, in which order it came, and who has how much of it."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from hubbub.bench.frames import Messages

if TYPE_CHECKING:
    from hubbub.bench.member import Member


@dataclass
class Faults:
    """What must not happen; `lost` and `unacknowledged` are known when everybody has had time enough."""

    lost: int = 0
    duplicated: int = 0
    disordered: int = 0
    unacknowledged: int = 0
    closed: int = 0


class Room:
    """The first member who receives a message says which place it has; all others must agree.

    `heard` and `heard_ids` are the latest bytes that a member took apart: as a rule the others are sent the same, and
    comparing is quicker. `on_received` is told how many more messages everybody has now.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.members: list[Member] = []
        self.sent_at: list[float] = []
        self.order: list[bytes] = []
        self.received_by_all = 0
        self.on_received: Callable[[int], None] = nothing_more
        self.faults = Faults()
        self.heard = b""
        self.heard_ids: list[bytes] = []
        self.said = Messages(code)
        self._known: set[bytes] = set()
        self._standing = [0]  # how many members have received exactly so many messages

    def enter(self, member: "Member") -> None:
        """Let somebody in, before anything is said."""
        self.members.append(member)
        self._standing[0] += 1

    def send(self, due: float = 0.0) -> None:
        """Let the next member say something; `due` is when it should have been said, now if not given."""
        number = len(self.sent_at)
        self.sent_at.append(due or perf_counter())
        self.members[number % len(self.members)].send(self.said[number])

    def take(self, begin: int, ids: list[bytes]) -> int:
        """Note that a member who had so many messages received these; return how many it has now."""
        end = begin + len(ids)
        if self.order[begin:end] != ids:
            end = self._learn(begin, ids)
        standing = self._standing
        standing[begin] -= 1
        standing[end] += 1
        if not standing[begin] and begin == self.received_by_all:
            self._advance()
        return end

    def is_quiet(self) -> bool:
        """Tell whether everything has arrived and was answered."""
        return self.received_by_all == len(self.sent_at) and not any(member.unanswered for member in self.members)

    def count_losses(self) -> Faults:
        """Return the faults, when everybody has had time to receive and to be answered."""
        self.faults.lost = sum(len(self.sent_at) - member.received for member in self.members)
        self.faults.unacknowledged = sum(member.unanswered for member in self.members)
        return self.faults

    def _advance(self) -> None:
        before = self.received_by_all
        while not self._standing[self.received_by_all] and self.received_by_all < len(self.order):
            self.received_by_all += 1
        self.on_received(self.received_by_all - before)

    def _learn(self, begin: int, ids: list[bytes]) -> int:
        """Take in messages that nobody had before, and note those that come twice or in another order."""
        place = begin
        for each in ids:
            if place < len(self.order) and self.order[place] == each:
                place += 1
            elif place == len(self.order) and each not in self._known:
                self._known.add(each)
                self.order.append(each)
                self._standing.append(0)
                place += 1
            elif each in self.order[:place]:
                self.faults.duplicated += 1
            else:
                self.faults.disordered += 1
        return place


def nothing_more(_: int) -> None:
    """Let nothing follow what was received."""
