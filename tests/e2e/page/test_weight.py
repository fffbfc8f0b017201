"""The budget of a first visit: scripts and styles, packed."""

import pytest

from tests.browser import Browser
from tests.e2e.page.weight import MOST_SCRIPT, MOST_STYLE, weigh
from tests.server_process import ServerProcess


@pytest.mark.parametrize("where", ["home", "room"])
def test_a_first_visit_keeps_the_budget(server: ServerProcess, where: str) -> None:
    with Browser(server.url) as ann:
        path = "/" if where == "home" else f"/r/{ann.create()}"
        weight = weigh(ann.http, path)
    assert 500 < weight.script <= MOST_SCRIPT
    assert 2_000 < weight.style <= MOST_STYLE
