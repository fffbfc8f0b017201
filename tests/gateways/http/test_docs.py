"""The API's documentation: all of it from this server, nothing inline that runs."""

import re

import httpx2

from tests.server_process import ServerProcess


def test_the_page_and_its_parts_come_from_this_server(server: ServerProcess) -> None:
    page = httpx2.get(f"{server.url}/api/docs")
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(parts) == 3
    for part in parts:
        assert part.startswith("/"), "no CDN"
        answer = httpx2.get(f"{server.url}{part}")
        assert answer.status_code == 200
        assert answer.content


def test_nothing_inline_may_run(server: ServerProcess) -> None:
    page = httpx2.get(f"{server.url}/api/docs")
    assert re.findall(r"<script>|\son\w+=|javascript:", page.text) == []
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
