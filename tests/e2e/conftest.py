"""What tests through the doors share."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

AtOnce = Callable[[Iterable[Callable[[], Any]]], list[Any]]


@pytest.fixture
def at_once() -> AtOnce:
    """Do many things at the same time; return what came of each."""

    def do(things: Iterable[Callable[[], Any]]) -> list[Any]:
        with ThreadPoolExecutor(50) as pool:
            return [future.result() for future in [pool.submit(thing) for thing in things]]

    return do
