"""What runs here, and which page it hands out."""

from pathlib import Path

import pytest

from tests.gateways.http.pages.given import client_of, make_door, make_web

pytestmark = pytest.mark.anyio


async def test_the_version_names_the_page(tmp_path: Path) -> None:
    async with client_of(make_door(make_web(tmp_path))) as client:
        told = (await client.get("/api/version")).json()
        head = await client.head("/api/version")
        described = (await client.get("/api/openapi.json")).json()
    assert told["version"] == "1.2.3"
    assert len(told["page"]) == 16
    assert (head.status_code, head.headers["content-type"]) == (200, "application/json")
    assert list(described["paths"]["/api/version"]) == ["get"]


async def test_without_a_page_there_is_none_to_name(tmp_path: Path) -> None:
    async with client_of(make_door(make_web(tmp_path, built=False))) as client:
        assert (await client.get("/api/version")).json() == {"version": "1.2.3", "page": ""}
