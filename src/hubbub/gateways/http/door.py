"""What the HTTP door is given by the composition root."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from hubbub.chat import Chat
from hubbub.core.clock import Clock
from hubbub.core.user import RandomBytes

WEB = Path(str(files("hubbub.web")))


@dataclass(slots=True)
class Door:
    """The chat behind the door, and how the door is to behave.

    `origins` are the sites of our own when the Host header alone doesn't tell. `ready` says whether the store and the
    broker answer, `measure` gives the metrics. `secret` proves that forms are ours, `web` is the folder of templates
    and of the built page. `draining` is set when the server is about to stop.
    """

    chat: Chat
    cookie: str
    ready: Callable[[], Awaitable[bool]]
    measure: Callable[[], Mapping[str, float]]
    clock: Clock
    random_bytes: RandomBytes
    secret: bytes
    secure: bool = False
    origins: frozenset[str] = frozenset()
    public_url: str = ""
    metrics_token: str = ""
    version: str = ""
    web: Path = WEB
    draining: bool = False
