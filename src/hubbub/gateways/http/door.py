"""What the HTTP door is given by the composition root."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from hubbub.chat import Chat


@dataclass(slots=True)
class Door:
    """The chat behind the door, and how the door is to behave.

    `origins` are the sites of our own when the Host header alone doesn't tell. `ready` says whether the store and the
    broker answer, `measure` gives the metrics. `draining` is set when the server is about to stop.
    """

    chat: Chat
    cookie: str
    ready: Callable[[], Awaitable[bool]]
    measure: Callable[[], Mapping[str, float]]
    secure: bool = False
    origins: frozenset[str] = frozenset()
    metrics_token: str = ""
    version: str = ""
    draining: bool = False
