"""A crowd that only listens (R12): it stays and hears all that is said; after `kill -9` everybody is back in time."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from tests.figures import note
from tests.live_client import Route, connected
from tests.reliability.crowd import CODE, OWNER, Reader, gather_crowd
from tests.reliability.fleet import Fleet, fleet
from tests.server_process import ServerProcess, free_port

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]

PROMISED = 30.0
SLACK = 3.0
"""By which a busy machine may be late."""


async def test_r12_a_thousand_who_listen_are_back_after_a_kill_and_have_missed_nothing(
    tmp_path: Path, start: Start
) -> None:
    await kill_under(await crowd_of(1_000, tmp_path), start, processes=1)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(900)
async def test_r12_ten_thousand_who_listen_for_a_minute_are_back_after_a_kill_and_have_missed_nothing(
    tmp_path: Path, start: Start
) -> None:
    await kill_under(await crowd_of(10_000, tmp_path), start, processes=2, idle=60)


async def crowd_of(people: int, folder: Path) -> list[Reader]:
    """Put so many people into a room, in the folder that `start` uses."""
    (folder / "data").mkdir()
    return await gather_crowd(folder / "data" / "hubbub.db", people)


async def kill_under(readers: list[Reader], start: Start, processes: int, idle: float = 0) -> None:
    """Let them listen for so many seconds, kill the server, and see them come back."""
    port = str(free_port())
    server = start(port=port)
    async with fleet(server, readers, processes) as crowd:
        await everybody_is_here(crowd, readers)
        await everybody_hears(crowd, server, "here we are")
        await stays_for(crowd, idle, len(readers))
        assert crowd.report.connections == len(readers), "somebody lost their connection though nothing had happened"
        server.kill()
        server = await asyncio.to_thread(start, port=port)
        began = monotonic()
        async with connected(Route(server.url), token=OWNER.id) as owner:
            missed = await owner.ask("send_message", code=CODE, text="while they are away")
            await everybody_is_here(crowd, readers, times=2)
            seconds = monotonic() - began
        await crowd.until(lambda report: report.since >= missed["seq"])
        await everybody_hears(crowd, server, "here we are again")
        report = crowd.report
    note(f"{len(readers):,} are back after", f"{seconds:.1f} s")
    assert report.faults == ()
    assert report.connections == 2 * len(readers)
    assert seconds <= PROMISED * SLACK


async def everybody_is_here(crowd: Fleet, readers: list[Reader], times: int = 1) -> None:
    """Wait until they are, each having come so often."""
    people = len(readers)
    await crowd.until(lambda report: report.live == people and report.connections >= times * people)


async def everybody_hears(crowd: Fleet, server: ServerProcess, text: str) -> None:
    """Say something once, and wait until it has reached everybody."""
    async with connected(Route(server.url), token=OWNER.id) as owner:
        said = await owner.ask("send_message", code=CODE, text=text)
    await crowd.until(lambda report: report.since >= said["seq"])


async def stays_for(crowd: Fleet, seconds: float, people: int) -> None:
    """See that nobody goes meanwhile."""
    until = monotonic() + seconds
    await crowd.until(lambda report: report.live < people or monotonic() >= until)
    assert crowd.report.live == people
