"""Pages: one policy, nothing inline, everything escaped, and one's own theme."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from hubbub.gateways.http.door import WEB
from hubbub.gateways.http.pages.look import POLICY
from tests.browser import Page
from tests.gateways.http.pages.given import client_of, make_door, make_web

pytestmark = pytest.mark.anyio

TEMPLATES = sorted((WEB / "templates").iterdir())
OURS = {"Origin": "http://test"}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(make_door(make_web(tmp_path))) as client:
        yield client


@pytest.fixture
async def unbuilt(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(make_door(make_web(tmp_path / "unbuilt", built=False))) as client:
        yield client


async def join(client: httpx2.AsyncClient, name: str = "Ann") -> str:
    """Make a room by the form; return its address."""
    made = await client.post("/", data={"action": "create", "name": name}, headers=OURS)
    assert made.status_code == 303
    return made.headers["location"]


def inline(html: str) -> list[str]:
    """Return what a policy without `unsafe-inline` forbids."""
    return re.findall(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+\s*=|javascript:", html, re.IGNORECASE)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nothing_inline_stands_in_a_template_and_nothing_is_left_unescaped(template: Path) -> None:
    source = template.read_text()
    assert inline(source) == []
    assert re.findall(r"\|\s*safe|autoescape|Markup", source) == []
    assert re.findall(r"(?:src|href|action)=\"(?!/|#|\{\{)", source) == [], "no other host"
    assert re.findall(r"<[^>]*=\{\{", source) == [], "a value without quotes is not escaped enough"


@pytest.mark.parametrize(
    "html", ["<style>", '<p style="x">', "<script>", "<a onclick=x>", '<a href="javascript:x">', "<SCRIPT type=module>"]
)
def test_what_is_inline_would_be_noticed(html: str) -> None:
    assert len(inline(html)) == 1
    assert inline('<script type="module" src="/x.js"></script><link rel="stylesheet">') == []


async def test_every_page_has_its_policy_and_is_kept_nowhere(client: httpx2.AsyncClient) -> None:
    pages = {"/": 200, "/?fresh=1": 200, "/r/WXYZ": 200, "/r/x": 404, "/nothing": 404}
    answers = [(await client.get(path), status) for path, status in pages.items()]
    answers.append((await client.post("/", data={}, headers=OURS), 400))
    answers.append((await client.get(await join(client)), 200))
    for answer, status in answers:
        assert answer.status_code == status
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.text.startswith('<!doctype html>\n<html lang="en"')
        assert inline(answer.text) == []
        assert Page(answer).title


async def test_pages_load_their_entry_of_the_built_page(client: httpx2.AsyncClient) -> None:
    home, room = (await client.get("/")).text, (await client.get(await join(client))).text
    for name, page in (("home", home), ("room", room)):
        assert f'<script type="module" src="/assets/{name}-1.js"></script>' in page
        assert f'<link rel="stylesheet" href="/assets/{name}-1.css">' in page
        assert '<link rel="stylesheet" href="/assets/shared-1.css">' in page
        assert '<link rel="modulepreload" href="/assets/shared-1.js">' in page
        assert "plain.css" not in page


async def test_the_frame_of_a_room_says_what_the_script_must_know(client: httpx2.AsyncClient) -> None:
    address = await join(client, '"><b>')
    page = Page(await client.get(address))
    version = (await client.get("/api/version")).json()["page"]
    assert page.app == {
        "id": "app",
        "data-code": address.removeprefix("/r/"),
        "data-name": '"><b>',
        "data-version": version,
    }
    assert '<noscript>\n<link rel="stylesheet" href="/assets/shared-1.css">' in page.answer.text
    assert "JavaScript" in page.text


async def test_without_the_built_page_home_works_and_a_room_says_what_to_do(unbuilt: httpx2.AsyncClient) -> None:
    home = await unbuilt.get("/")
    assert '<link rel="stylesheet" href="/plain.css">' in home.text
    assert "<script" not in home.text
    address = await join(unbuilt)
    page = Page(await unbuilt.get(address))
    assert "This server has no room page" in page.text
    assert "API=http://test/api/v1" in page.text
    assert f"$API/rooms/{address.removeprefix('/r/')}/messages" in page.text


@pytest.mark.parametrize(
    ("cookie", "root"),
    [
        ("theme=dark", {"data-theme": "dark"}),
        ("theme=light; density=compact", {"data-theme": "light", "data-density": "compact"}),
        ("density=cosy", {"data-density": "cosy"}),
        ('theme="><script>; density=huge', {}),
        ("theme=", {}),
    ],
)
async def test_a_page_comes_in_the_theme_that_was_chosen(
    client: httpx2.AsyncClient, cookie: str, root: dict[str, str]
) -> None:
    page = Page(await client.get("/", headers={"Cookie": cookie}))
    assert page.root == {"lang": "en"} | root
