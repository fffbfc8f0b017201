"""The form of the home page over time."""

from pathlib import Path

import pytest

from hubbub.core.clock import SECOND
from hubbub.gateways.http.pages.form_token import LASTS
from tests.browser import Page
from tests.fakes import FakeClock
from tests.gateways.http.pages.given import client_of, make_door, make_web

pytestmark = pytest.mark.anyio


async def test_a_form_that_was_open_for_too_long_comes_again_and_works_then(tmp_path: Path) -> None:
    clock = FakeClock()
    async with client_of(make_door(make_web(tmp_path), clock)) as browser:
        old = Page(await browser.get("/")).fields | {"action": "create", "name": "Ann"}
        clock.advance(LASTS / SECOND + 1)
        again = Page(await browser.post("/", data=old))
        assert (again.status, again.alert) == (403, "This form was open for too long. Please try again.")
        assert again.fields["name"] == "Ann"
        made = await browser.post("/", data=again.fields | {"action": "create"})
        assert made.status_code == 303
