"""What a page weighs: the bytes of scripts and styles that a first visit loads, packed as the server sends them."""

import re
from typing import NamedTuple

import httpx2

MOST_SCRIPT = 70_000
MOST_STYLE = 15_000


class Weight(NamedTuple):
    """Bytes, packed."""

    script: int
    style: int


def weigh(web: httpx2.Client, path: str) -> Weight:
    """Load a page and all scripts and styles that it names."""
    page = web.get(path)
    page.raise_for_status()
    head = page.text.partition("</head>")[0].partition("<noscript>")[0]
    scripts = re.findall(r'<script[^>]* src="([^"]+)"|<link rel="modulepreload" href="([^"]+)"', head)
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', head)
    return Weight(
        sum(_size(web, address or preloaded) for address, preloaded in scripts),
        sum(_size(web, address) for address in styles),
    )


def _size(web: httpx2.Client, address: str) -> int:
    with web.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as answer:
        answer.raise_for_status()
        assert answer.headers["content-encoding"] == "gzip"
        return sum(len(piece) for piece in answer.iter_raw())
