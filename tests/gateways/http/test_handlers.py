"""What goes wrong is a page for browsers and JSON for the rest."""

from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import patch

import httpx2
import pytest

from hubbub.chat import Chat
from hubbub.gateways.http.pages.look import POLICY
from tests.browser import Page
from tests.gateways.http.pages.given import client_of, make_door, make_web

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(make_door(make_web(tmp_path))) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "accept", "is_page"),
    [
        ("/nothing", "text/html,*/*;q=0.8", True),
        ("/nothing", "*/*", False),
        ("/nothing", "application/json", False),
        ("/api/nothing", "text/html", False),
        ("/api", "text/html", False),
        ("/api/v1/nothing", "text/html", False),
        ("/apiary", "text/html", True),
    ],
)
async def test_what_goes_wrong_is_a_page_for_browsers_and_json_for_the_rest(
    client: httpx2.AsyncClient, path: str, accept: str, is_page: bool
) -> None:
    answer = await client.get(path, headers={"Accept": accept})
    assert answer.status_code == 404
    if is_page:
        page = Page(answer)
        assert (page.title, page.links["/"]) == ("There is nothing here · Hubbub", "Hubbub Go home")
    else:
        assert answer.json()["error"]["code"] == "unknown_command"


async def test_a_browser_may_not_measure_and_is_told_so_on_a_page(client: httpx2.AsyncClient) -> None:
    page = Page(await client.get("/metrics"))
    assert (page.status, page.title) == (403, "You may not do this · Hubbub")


async def test_what_nobody_foresaw_is_a_page_too_and_tells_nothing(client: httpx2.AsyncClient) -> None:
    await client.post("/", data={"action": "create", "name": "Ann"}, headers={"Origin": "http://test"})
    with patch.object(Chat, "handle", side_effect=RuntimeError("secret")):
        page = Page(await client.get("/"))
    assert (page.status, page.title) == (500, "Something went wrong · Hubbub")
    assert "secret" not in page.answer.text
    assert page.answer.headers["content-security-policy"] == POLICY
