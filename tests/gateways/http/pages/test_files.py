"""Files are handed out with their type, for as long as they hold, packed or not, and nothing else is."""

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.gateways.http.pages.given import FILES, SCRIPT, client_of, make_door, make_web

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(make_door(make_web(tmp_path))) as client:
        yield client


@pytest.fixture
async def unbuilt(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(make_door(make_web(tmp_path / "unbuilt", built=False))) as client:
        yield client


@pytest.mark.parametrize("name", [name for name in FILES if name != ".hidden"])
async def test_every_file_is_handed_out(client: httpx2.AsyncClient, name: str) -> None:
    answer = await client.get(f"/{name}")
    assert (answer.status_code, answer.content) == (200, FILES[name])
    lasting = "public, max-age=31536000, immutable" if name.startswith("assets/") else "public, max-age=3600"
    assert answer.headers["cache-control"] == lasting
    assert answer.headers["x-content-type-options"] == "nosniff"
    head = await client.head(f"/{name}")
    assert head.headers["etag"] == answer.headers["etag"]


@pytest.mark.parametrize(
    ("accepts", "packed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.8, *", True),
        ("GZIP", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("x-gzip", False),
        ("identity", False),
    ],
)
async def test_a_file_is_packed_for_who_takes_it(client: httpx2.AsyncClient, accepts: str, packed: bool) -> None:
    async with client.stream("GET", "/assets/home-1.js", headers={"Accept-Encoding": accepts}) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
    assert int(answer.headers["content-length"]) == len(raw)
    assert (gzip.decompress(raw) if packed else raw) == SCRIPT


async def test_who_has_a_copy_is_told_that_it_is_still_right(client: httpx2.AsyncClient) -> None:
    tags = set()
    for accepts in ("gzip", "identity"):
        headers = {"Accept-Encoding": accepts}
        tag = (await client.get("/assets/home-1.js", headers=headers)).headers["etag"]
        tags.add(tag)
        for known in (tag, f"W/{tag}", f'"other", {tag}'):
            again = await client.get("/assets/home-1.js", headers=headers | {"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        for other in ('"other"', tag.strip('"'), ""):
            again = await client.get("/assets/home-1.js", headers=headers | {"If-None-Match": other})
            assert again.status_code == 200
    assert len(tags) == 2, "packed and not are two answers"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/",
        "/assets/nothing.js",
        "/assets/../manifest.json",
        "/assets/%2e%2e/manifest.json",
        "/assets/..%2f..%2ftemplates/home.html",
        "/assets//etc/passwd",
        "/assets/%00",
        "/manifest.json",
        "/.hidden",
        "/templates/home.html",
        "/static/favicon.svg",
    ],
)
async def test_nothing_else_is(client: httpx2.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


async def test_an_installed_page_knows_its_name_and_the_icons_that_there_are(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    told = json.loads(answer.content)
    assert (told["name"], told["start_url"], told["display"]) == ("Hubbub", "/", "standalone")
    assert [icon["src"] for icon in told["icons"]] == ["/icon-192.png", "/favicon.svg"]


async def test_robots_stay_out_of_rooms(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/robots.txt")).text == "User-agent: *\nDisallow: /r/\n"


async def test_without_the_built_page_there_is_a_plain_style_and_an_icon(unbuilt: httpx2.AsyncClient) -> None:
    assert (await unbuilt.get("/plain.css")).headers["content-type"].startswith("text/css")
    assert (await unbuilt.get("/favicon.svg")).status_code == 200
    assert (await unbuilt.get("/favicon.ico")).headers["location"] == "/favicon.svg"
    assert (await unbuilt.get("/apple-touch-icon.png")).status_code == 404
