"""What every client at the live door can do in tests, whatever language it is written in."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

Heard = dict[str, Any]

PATIENCE = 30.0
"""Seconds after which something has not happened."""


class LiveClient(ABC):
    """One connection of a person. `log` is all it has heard, in order: events, and what became of its connection.

    The latter are `connected`, `disconnected` and `upgraded`. `auth` is what it says when it connects again, `listener`
    is told all of it at once.
    """

    def __init__(self, auth: Mapping[str, Any] | None) -> None:
        self.auth = dict(auth or {})
        self.log: list[Heard] = []
        self.listener: Callable[[Heard], None] | None = None
        self._unheard: list[Heard] = []
        self._news = asyncio.Event()
        self.me: dict[str, str] = {}
        self.token = ""

    @abstractmethod
    async def acknowledgement(self, command: str, *args: Any) -> Any:
        """Emit an event and return what it is acknowledged with."""

    @abstractmethod
    async def emit(self, command: str, *args: Any) -> None:
        """Emit an event that wants no acknowledgement."""

    @abstractmethod
    async def transport(self) -> str:
        """Return the name of the transport in use."""

    @abstractmethod
    async def close(self) -> None:
        """Close the tab."""

    async def ask(self, command: str, **fields: Any) -> dict[str, Any]:
        """Carry out a command and return its reply."""
        answer: dict[str, Any] = await self.acknowledgement(command, fields)
        assert answer.pop("ok") is True, f"{command}: {answer}"
        return answer

    async def refused(self, command: str, *args: Any, **fields: Any) -> dict[str, Any]:
        """Try a command that must be refused, and return the error."""
        answer = await self.acknowledgement(command, *(args or (fields,)))
        assert answer["ok"] is False, f"{command} was not refused: {answer}"
        assert answer.keys() == {"ok", "error"}
        error: dict[str, Any] = answer["error"]
        return error

    async def send(self, code: str, text: str, **fields: Any) -> dict[str, Any]:
        """Say something in a room."""
        return await self.ask("send_message", code=code, text=text, **fields)

    async def hear(self, type: str, **fields: Any) -> Heard:  # noqa: A002 - as the event calls it
        """Wait for an event with these fields, and return it; the next call waits for the next one."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    for event in self._unheard:
                        if event["type"] == type and fields.items() <= event.items():
                            self._unheard.remove(event)
                            return event
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"no {type} with {fields} among {self._unheard}") from None

    async def until(self, condition: Callable[[], bool], patience: float | None = PATIENCE) -> None:
        """Wait for a condition that depends on what is heard, or on something after which `look_again` is called."""
        async with asyncio.timeout(patience):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def look_again(self) -> None:
        """Have all who wait look whether their condition holds."""
        self._news.set()

    def heard(self, type: str, **fields: Any) -> list[Heard]:  # noqa: A002 - as the event calls it
        """Return all events of a type with these fields, heard so far."""
        return [event for event in self.log if event["type"] == type and fields.items() <= event.items()]

    def receive(self, event: Heard) -> None:
        """Take in an event."""
        self.log.append(event)
        self._unheard.append(event)
        self._news.set()
        if self.listener:
            self.listener(event)

    async def be_welcomed(self) -> None:
        """Learn who one is."""
        welcome = await self.hear("welcome")
        self.me = welcome["me"]
        self.token = welcome.get("token", self.token)


class ConnectRefusedError(Exception):
    """The server answered CONNECT with CONNECT_ERROR, or let nobody in; `data` is what it said beside the words."""

    def __init__(self, message: str, data: Any) -> None:
        super().__init__(message)
        self.message, self.data = message, data


async def open_room(*people: LiveClient) -> str:
    """Have the first of them make a room, and all of them open it; return its code."""
    code = str((await people[0].ask("create_room"))["code"])
    for person in people:
        await person.ask("join_room", code=code)
    return code
