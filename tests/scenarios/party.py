"""Everybody in one scenario: at its end, what they have heard must agree, with each other and with the database."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from tests.e2e.hostile.raw_client import Reachable
from tests.live_client import Event
from tests.scenarios.connection import Connection, Hear, OverJavaScriptUpgrade, OverPythonUpgrade, OverWebSocket, Where
from tests.scenarios.database import Database, Row
from tests.scenarios.guest import Guest
from tests.scenarios.http import OverLongPolls, OverStream
from tests.scenarios.polling import OverPolling

WAYS: dict[str, Callable[[Where, Hear, Mapping[str, str]], Awaitable[Connection]]] = {
    "websocket": OverWebSocket.open,
    "polling": OverPolling.open,
    "upgrade": OverPythonUpgrade.open,
    "javascript": OverJavaScriptUpgrade.open,
    "stream": OverStream.open,
    "long-poll": OverLongPolls.open,
}

_addresses = itertools.count(1)


class Account(NamedTuple):
    """What one tab has heard of one room in one go."""

    who: str
    code: str
    epoch: str
    log: list[Event]


class Host(Reachable, Protocol):
    """A server whose database can be read."""

    @property
    def data(self) -> Path:
        """Its data folder."""


class Party:
    """The people of one scenario. Use it as an async context: its end is the check of all that holds in any scenario.

    They share an address of their own, for servers that believe X-Forwarded-For.
    """

    def __init__(self, server: Host) -> None:
        number = next(_addresses)
        self.server = server
        self.database = Database(server.data)
        self.guests: list[Guest] = []
        self._where = Where(server.url, {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}"})
        self._lost: list[Connection] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.ends(check=error is None)

    async def ends(self, *, check: bool) -> None:
        """Let everybody go; see that all of it was true."""
        try:
            if check:
                await self.settles()
        finally:
            open_ones = [guest.vanishes(cut=False) for guest in self.guests if guest.connected]
            ends = await asyncio.gather(*(each.close() for each in open_ones + self._lost), return_exceptions=True)
        if check:
            faults = [repr(end) for end in ends if isinstance(end, Exception)] + self.faults()
            assert not faults, "\n".join(faults)

    # Who comes

    async def come(self, *names: str, by: str = "websocket") -> list[Guest]:
        """Have new guests come in over one of WAYS."""
        return list(await asyncio.gather(*(self.comes(name, by=by) for name in names)))

    async def comes(self, name: str, by: str = "websocket") -> Guest:
        """Have a new guest come in."""
        return await self._connect(Guest(), by, name=name)

    async def opens_another_tab(self, guest: Guest, by: str = "websocket") -> Guest:
        """Let somebody be here twice."""
        return await self._connect(Guest(), by, token=guest.token)

    async def comes_back(self, guest: Guest, by: str = "websocket") -> None:
        """Let somebody whose connection is gone connect again."""
        await self._connect(guest, by, token=guest.token)

    def vanishes(self, guest: Guest) -> None:
        """Cut somebody's connection."""
        self._lost.append(guest.vanishes())

    # What is true in the end

    async def settles(self, *guests: Guest) -> None:
        """Wait until everybody, or these, have heard all there is to hear, and whatever came behind it."""
        here = [guest for guest in guests or self.guests if guest.connected]
        for guest in here:
            for view in guest.views.values():
                last_seq = self.database.last_seq(view.code) if view.watching else None
                if last_seq is not None:
                    await guest.has_heard(view.code, last_seq)
        await asyncio.gather(*(guest.ask("who_am_i") for guest in here))

    def faults(self) -> list[str]:
        """Return whatever isn't as it must be in every scenario."""
        own = [f"{guest.me['name']}: {fault}" for guest in self.guests for fault in guest.faults()]
        accounts = list(self._accounts())
        codes = dict.fromkeys(account.code for account in accounts)
        return own + _disagreements(accounts) + [fault for code in codes for fault in self._against(code, accounts)]

    async def _connect(self, guest: Guest, by: str, **auth: str) -> Guest:
        guest.begin(await WAYS[by](self._where, guest.hear, auth))
        if guest not in self.guests:
            self.guests.append(guest)
        return guest

    def _accounts(self) -> Iterator[Account]:
        for guest in self.guests:
            for view in guest.views.values():
                for epoch, log in [*view.past, (view.epoch, view.log)]:
                    yield Account(guest.me["name"], view.code, epoch, log)

    def _against(self, code: str, accounts: list[Account]) -> Iterator[str]:
        """Hold the database to a dense log, and everybody to the database."""
        rows, epoch = self.database.log(code), self.database.epoch(code)
        if not rows:
            return
        if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
            yield f"the database has {code} with gaps"
        numbers = [row.number for row in rows if row.number is not None]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"the messages of {code} are numbered {numbers}"
        for account in accounts:
            if (account.code, account.epoch) == (code, epoch):
                yield from (
                    f"{account.who} heard {event} of {code}, and the database has something else"
                    for event in account.log
                    if _row_of(event) != rows[event["seq"] - 1]
                )


def _disagreements(accounts: list[Account]) -> list[str]:
    """Return where two people were told different things of the same seq."""
    told: dict[tuple[str, str, int], Event] = {}
    faults = []
    for account in accounts:
        for event in account.log:
            first = told.setdefault((account.code, account.epoch, event["seq"]), event)
            if _without_names(first) != _without_names(event):
                faults.append(f"{account.who} was told {event}, somebody else {first}")
    return faults


def _without_names(event: Event) -> Event:
    """A log that is read later has names as they are then."""
    return {key: {**value, "name": ""} if key in {"by", "user"} else value for key, value in event.items()}


def _row_of(event: Event) -> Row:
    said = (event.get(field) for field in ("text", "number", "client_message_id"))
    return Row(event["seq"], event["type"], event["by"]["id"], *said)
