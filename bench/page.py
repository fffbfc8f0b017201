"""The web page: what a first visit loads, how soon one can write, and how soon after `make run` somebody reads it."""

import asyncio
import os
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from playwright.async_api import expect

from bench.figure import Figure
from tests.browser import Browser
from tests.e2e.page.chromium import Visitors, chromium
from tests.e2e.page.visitor import Visitor
from tests.e2e.page.weight import MOST_SCRIPT, MOST_STYLE, weigh
from tests.server_process import ROOT, environment, free_port, running

LOADS = 9
WRITABLE_MOST = 1.5
FIRST_MESSAGE_MOST = 60.0


def measure() -> list[Figure]:
    """Measure the built page on a server of its own, then a fresh clone."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        with running(Path(folder) / "data", throttle="off") as server:
            with Browser(server.url) as ann:
                for name, path in (("home", "/"), ("room", f"/r/{ann.create()}")):
                    weight = weigh(ann.http, path)
                    figures.append(Figure(f"scripts of {name}, packed", weight.script / 1000, "kB", MOST_SCRIPT / 1000))
                    figures.append(Figure(f"styles of {name}, packed", weight.style / 1000, "kB", MOST_STYLE / 1000))
            cold, warm = asyncio.run(_writable(server.url))
        figures.append(Figure("navigation to a writable composer, nothing cached", cold, "s", WRITABLE_MOST))
        figures.append(Figure("navigation to a writable composer, files cached", warm, "s", WRITABLE_MOST))
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        first = _first_message(clone)
    return [*figures, Figure("make run in a fresh clone to a first message read", first, "s", FIRST_MESSAGE_MOST)]


async def _writable(url: str) -> tuple[float, float]:
    """Return the median times from asking for a room's page until one can write and the room is loaded."""
    cold, warm = [], []
    async with chromium() as browser:
        for _ in range(LOADS):
            async with Visitors(browser, url) as visitors:
                ann = await visitors.come("Ann")
                with Browser(url) as plain:
                    code, cookies = plain.create(), [*plain.http.cookies.jar]
                for cookie in cookies:
                    await ann.page.context.add_cookies([{"name": cookie.name, "value": str(cookie.value), "url": url}])
                cold.append(await _load(ann, code))
                warm.append(await _load(ann, code))
    return statistics.median(cold), statistics.median(warm)


async def _load(ann: Visitor, code: str) -> float:
    began = time.perf_counter()
    await ann.page.goto(f"{ann.url}/r/{code}", wait_until="commit")
    await ann.arrived()
    return time.perf_counter() - began


def _first_message(clone: Path) -> float:
    """Return the time from `make run` in a fresh clone until a second browser shows what was said in a first."""
    settings = environment(PORT=str(free_port()), HUBBUB_DATA=str(clone / "data"))
    began = time.perf_counter()
    make = subprocess.Popen(
        ["make", "run"],
        cwd=clone,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert make.stdout
        url = next(line.split(" is on ")[1].strip() for line in make.stdout if " is on http" in line)
        asyncio.run(_hello(url))
        return time.perf_counter() - began
    finally:
        os.killpg(make.pid, signal.SIGTERM)
        make.communicate()


async def _hello(url: str) -> None:
    async with chromium() as browser, Visitors(browser, url) as visitors:
        ann, bob = await visitors.in_room("Ann", "Bob")
        await ann.say("Hello, Bob.")
        await expect(bob.line("Hello, Bob.")).to_be_visible()
